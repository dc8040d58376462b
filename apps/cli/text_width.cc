// SPDX-License-Identifier: Apache-2.0
// Width of UTF-8 on a terminal. The C library's wcwidth needs a UTF-8 locale, which a container
// often lacks; these ranges cover what appears in names of files and tensors.
#include <algorithm>
#include <array>
#include <cstdint>

#include "cli/terminal.h"

namespace decibit::cli {
namespace {

struct Range {
  char32_t first, last;
};

// Unicode 15: combining marks, zero-width space and joiners, variation selectors.
constexpr std::array kZeroWidth = {
    Range{0x0300, 0x036F}, Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F},
    Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF}};
// East Asian Width W and F, and emoji that terminals draw wide.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},  Range{0x3041, 0x33FF}, Range{0x3400, 0x4DBF},
    Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},  Range{0xAC00, 0xD7A3}, Range{0xF900, 0xFAFF},
    Range{0xFE30, 0xFE4F},   Range{0xFF00, 0xFF60},  Range{0xFFE0, 0xFFE6}, Range{0x1F300, 0x1F64F},
    Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD}};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](Range r) { return r.first <= c && c <= r.last; });
}

struct Character {
  char32_t code;
  std::size_t bytes;
};

/// The character at the front of `text`. A byte that is no UTF-8 counts as U+FFFD, one byte long.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 1) return {lead, 1};
  if (length == 0 || length > text.size()) return {0xFFFD, 1};
  char32_t code = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0xFFFD, 1};
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  return {code, length};
}

std::size_t width_of(char32_t c) { return in(kZeroWidth, c) ? 0 : in(kWide, c) ? 2 : 1; }

/// Bytes of the longest beginning that takes at most `width` columns.
std::size_t prefix_bytes(std::string_view text, std::size_t width) {
  std::size_t position = 0, used = 0;
  while (position < text.size()) {
    const Character c = first_character(text.substr(position));
    used += width_of(c.code);
    if (used > width) break;
    position += c.bytes;
  }
  return position;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character c = first_character(text);
    width += width_of(c.code);
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string shorten(std::string_view text, std::size_t width) {
  const std::size_t whole = display_width(text);
  if (whole <= width) return std::string(text);
  constexpr std::string_view kEllipsis = "..";
  if (width <= kEllipsis.size()) return std::string(text.substr(0, prefix_bytes(text, width)));
  // The end of a tensor name says most, so it gets the larger half.
  const std::size_t room = width - kEllipsis.size();
  const std::size_t head = room / 3;
  std::string out(text.substr(0, prefix_bytes(text, head)));
  const std::size_t head_width = display_width(out);
  std::size_t start = prefix_bytes(text, whole - (room - head_width));
  while (display_width(text.substr(start)) > room - head_width) {
    start += first_character(text.substr(start)).bytes;
  }
  return out.append(kEllipsis).append(text.substr(start));
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character c = first_character(text);
    const bool control = c.code < 0x20 || (c.code >= 0x7F && c.code < 0xA0) || c.code == 0xFFFD;
    if (control) {
      out += '?';
    } else {
      out.append(text.substr(0, c.bytes));
    }
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  bool first_word = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    if (!word.empty()) {
      const std::size_t needed = display_width(word) + (first_word ? 0 : 1);
      if (!first_word && column + needed > width) {
        out.append("\n").append(indent, ' ');
        column = indent;
        first_word = true;
      }
      if (!first_word) out += ' ';
      out.append(word);
      column += display_width(word) + (first_word ? 0 : 1);
      first_word = false;
    }
    if (end < text.size() && text[end] == '\n') {
      out.append("\n");
      if (end + 1 < text.size() && text[end + 1] != '\n') out.append(indent, ' ');
      column = indent;
      first_word = true;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace decibit::cli
