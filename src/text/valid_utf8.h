// SPDX-License-Identifier: Apache-2.0
// Bytes that ought to be UTF-8, and may end within a character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace decibit::text {

/// What `bytes` begin with: a character, or bytes that become one U+FFFD.
struct Utf8Part {
  std::size_t length = 0;  // of the character, or of its longest beginning; at least 1
  bool whole = false;
  bool may_go_on = false;  // the bytes ended, not the character
};

/// Of `bytes` that are not empty.
[[nodiscard]] Utf8Part first_utf8_part(std::string_view bytes);

/// `bytes` with U+FFFD for what is no UTF-8: one for each longest beginning of a character, else
/// for each byte (Unicode's "maximal subparts", and what Python's errors="replace" does).
[[nodiscard]] std::string valid_utf8(std::string_view bytes);

/// How many bytes at the end are a character's beginning that more bytes may complete.
[[nodiscard]] std::size_t unfinished_bytes(std::string_view bytes);

}  // namespace decibit::text
