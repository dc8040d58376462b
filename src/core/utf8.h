// SPDX-License-Identifier: Apache-2.0
// Code points of UTF-8 text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace decibit {

inline constexpr char32_t kReplacement = 0xFFFD;

inline bool is_in(std::u32string_view set, char32_t c) { return set.find(c) != set.npos; }

/// The code point at `at`, which moves behind it. Whatever is no UTF-8 (broken, overlong,
/// surrogates, beyond U+10FFFF) gives kReplacement, one byte at a time.
inline char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 1) return text[at++], first;
  if (length == 0 || length > text.size() - at) return ++at, kReplacement;
  char32_t point = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0u) != 0x80) return ++at, kReplacement;
    point = point << 6 | (byte(at + i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  if (overlong || (point >= 0xD800 && point < 0xE000) || point > 0x10FFFF)
    return ++at, kReplacement;
  at += length;
  return point;
}

inline std::u32string code_points(std::string_view text) {
  std::u32string points;
  for (std::size_t at = 0; at < text.size();) points.push_back(next_code_point(text, at));
  return points;
}

inline void append_utf8(char32_t point, std::string& to) {
  const auto byte = [&](char32_t b) { to.push_back(static_cast<char>(b)); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    byte(0xE0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3F));
  } else {
    byte(0xF0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3F));
    byte(0x80 | (point >> 6 & 0x3F));
  }
  byte(0x80 | (point & 0x3F));
}

inline std::string to_utf8(std::u32string_view points) {
  std::string text;
  for (const char32_t point : points) append_utf8(point, text);
  return text;
}

}  // namespace decibit
