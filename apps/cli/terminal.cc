// SPDX-License-Identifier: Apache-2.0
// What isatty, the environment and the window size say about a stream.
#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace decibit::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

/// The first of LC_ALL, LC_CTYPE and LANG that is set decides, as in POSIX.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string_view::npos ||
           value.find("utf8") != std::string_view::npos;
  }
  return false;
}

}  // namespace

Terminal Terminal::of(int descriptor) {
  Terminal terminal;
  terminal.utf8 = locale_is_utf8();
  const bool able = isatty(descriptor) == 1 && environment("TERM") != "dumb";
  terminal.live = able;
  terminal.colour = able && environment("NO_COLOR").empty();
  winsize window = {};
  if (able && ioctl(descriptor, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
    terminal.columns = window.ws_col;
  }
  return terminal;
}

std::string Terminal::styled(std::string_view code, std::string_view text) const {
  if (!colour) return std::string(text);
  std::string out = "\x1b[";
  out.append(code).append("m").append(text).append("\x1b[0m");
  return out;
}

std::string pad_right(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t taken = display_width(text);
  return taken < width ? out.append(width - taken, ' ') : out;
}

std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t taken = display_width(text);
  return std::string(taken < width ? width - taken : 0, ' ').append(text);
}

}  // namespace decibit::cli
