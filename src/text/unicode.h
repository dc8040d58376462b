// SPDX-License-Identifier: Apache-2.0
// Code points: UTF-8 in and out, and the few properties that reading aloud asks for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/utf8.h"

namespace decibit::text {

[[nodiscard]] std::string encode_utf8(std::u32string_view points);
[[nodiscard]] std::string encode_utf8(char32_t point);

[[nodiscard]] bool is_letter(char32_t point);
[[nodiscard]] bool is_upper(char32_t point);
[[nodiscard]] bool is_lower(char32_t point);
[[nodiscard]] bool is_mark(char32_t point);
[[nodiscard]] bool is_digit(char32_t point);  // 0 to 9 only
[[nodiscard]] bool is_space(char32_t point);
[[nodiscard]] bool is_control_or_format(char32_t point);
[[nodiscard]] char32_t to_lower(char32_t point);

/// NFKC: ligatures, full-width letters, superscripts and composed accents in their plain form.
[[nodiscard]] std::string compatible(std::string_view utf8);
/// `utf8` without its accents: "café" is "cafe", "Øre" stays.
[[nodiscard]] std::string without_accents(std::string_view utf8);

/// Letters of ASCII only; other bytes stay.
[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] std::string ascii_upper(std::string_view text);

}  // namespace decibit::text
