// SPDX-License-Identifier: Apache-2.0
// What the screen at the other end can show, and how wide text is on it.
#pragma once

#include <string>
#include <string_view>

namespace decibit::cli {

/// Of one stream. `colour` and `live` are off unless it is a terminal that can do it.
struct Terminal {
  bool live = false;    // a line can be redrawn in place
  bool colour = false;  // NO_COLOR (no-color.org) and TERM=dumb turn it off
  bool utf8 = false;    // the locale says so
  int columns = 80;

  /// Of a file descriptor, from isatty, the environment and the window size.
  static Terminal of(int descriptor);

  /// Whether tables may show all their columns; what is no terminal has room for them.
  bool wide() const { return !live || columns >= 100; }

  std::string bold(std::string_view text) const { return styled("1", text); }
  std::string dim(std::string_view text) const { return styled("2", text); }
  std::string red(std::string_view text) const { return styled("1;31", text); }
  std::string yellow(std::string_view text) const { return styled("33", text); }
  std::string green(std::string_view text) const { return styled("32", text); }

 private:
  std::string styled(std::string_view code, std::string_view text) const;
};

/// Columns that UTF-8 text takes: combining marks none, East Asian wide characters two.
std::size_t display_width(std::string_view text);
/// `text` followed or preceded by spaces up to `width` columns.
std::string pad_right(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);
/// At most `width` columns: the middle gives way to an ellipsis.
std::string shorten(std::string_view text, std::size_t width);
/// Text from a file, made harmless: control characters (and so escape sequences) become '?'.
std::string printable(std::string_view text);
/// Paragraphs wrapped at `width` columns; each line after the first starts with `indent` spaces.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace decibit::cli
