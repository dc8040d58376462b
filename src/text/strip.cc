// SPDX-License-Identifier: Apache-2.0
// White space: Unicode's, and the four separators of ASCII (CPython's str.isspace).
#include "text/strip.h"

#include <cstddef>

#include "text/unicode.h"

namespace decibit::text {

std::string_view strip(std::string_view utf8) {
  const auto is_white = [](char32_t c) { return (c >= 0x1C && c <= 0x1F) || is_space(c); };
  std::size_t begin = 0;
  std::size_t end = 0;  // behind the last character that stays
  bool any = false;
  for (std::size_t next = 0; next < utf8.size();) {
    const std::size_t at = next;
    if (is_white(next_code_point(utf8, next))) continue;
    if (!any) begin = at;
    any = true;
    end = next;
  }
  return utf8.substr(begin, end - begin);
}

}  // namespace decibit::text
