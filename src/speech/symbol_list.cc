// SPDX-License-Identifier: Apache-2.0
#include "speech/symbol_list.h"

#include <fmt/format.h>

#include "core/utf8.h"

namespace decibit::speech {

std::string symbol_list(std::u32string_view symbols) {
  constexpr std::size_t kListed = 20;
  std::string text;
  for (const char32_t c : symbols.substr(0, kListed)) {
    if (!text.empty()) text += ' ';
    if (c < 0x21 || (c >= 0x7F && c < 0xA1) || c == kReplacement) {
      text += fmt::format("U+{:04X}", static_cast<std::uint32_t>(c));
    } else {
      append_utf8(c, text);
    }
  }
  if (symbols.size() > kListed) text += fmt::format(" and {} more", symbols.size() - kListed);
  return text;
}

void add_each_once(std::u32string_view symbols, std::u32string& to) {
  for (const char32_t symbol : symbols)
    if (!is_in(to, symbol)) to += symbol;
}

}  // namespace decibit::speech
