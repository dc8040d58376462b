// SPDX-License-Identifier: Apache-2.0
// Well-formed sequences: Unicode, table 3-7.
#include "text/valid_utf8.h"

#include <algorithm>

namespace decibit::text {

Utf8Part first_utf8_part(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {1, true, false};
  if (first < 0xC2 || first > 0xF4) return {1, false, false};
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  for (std::size_t i = 1; i < length; ++i) {
    if (i == bytes.size()) return {i, false, true};
    // Overlong forms, surrogates and what is beyond U+10FFFF show in the second byte.
    const unsigned low = i > 1 ? 0x80 : first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = i > 1 ? 0xBF : first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte(i) < low || byte(i) > high) return {i, false, false};
  }
  return {length, true, false};
}

std::string valid_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Utf8Part part = first_utf8_part(bytes);
    text += part.whole ? bytes.substr(0, part.length) : std::string_view("\xEF\xBF\xBD");
    bytes.remove_prefix(part.length);
  }
  return text;
}

std::size_t unfinished_bytes(std::string_view bytes) {
  constexpr std::size_t kLongestBeginning = 3;
  for (std::size_t n = std::min(kLongestBeginning, bytes.size()); n > 0; --n) {
    const Utf8Part part = first_utf8_part(bytes.substr(bytes.size() - n));
    if (part.may_go_on && part.length == n) return n;
  }
  return 0;
}

}  // namespace decibit::text
