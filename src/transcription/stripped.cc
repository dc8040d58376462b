// SPDX-License-Identifier: Apache-2.0
// Unicode's categories Zs, Zl, Zp and the controls that separate (CPython's str.isspace).
#include "transcription/stripped.h"

#include "core/utf8.h"

namespace decibit::transcription {
namespace {

bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

}  // namespace

std::size_t leading_space(std::string_view text) {
  std::size_t at = 0;
  for (std::size_t next = 0; next < text.size() && is_space(next_code_point(text, next));)
    at = next;
  return at;
}

std::string_view stripped(std::string_view text) {
  text.remove_prefix(leading_space(text));
  std::size_t end = 0;  // behind the last letter
  for (std::size_t next = 0; next < text.size();)
    if (!is_space(next_code_point(text, next))) end = next;
  return text.substr(0, end);
}

}  // namespace decibit::transcription
