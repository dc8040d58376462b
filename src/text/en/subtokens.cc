// SPDX-License-Identifier: Apache-2.0
// ^['‘’]+ | \p{Lu}(?=\p{Lu}\p{Ll}) | (?:^-)?(?:\d?[,.]?\d)+ | [-_]+ | ['‘’]{2,}
// | \p{L}*?(?:['‘’]\p{L})*?\p{Ll}(?=\p{Lu}) | \p{L}+(?:['‘’]\p{L})* | [^-_\p{L}'‘’\d] | ['‘’]+$
#include "text/en/subtokens.h"

#include "text/unicode.h"

namespace decibit::text::en {
namespace {

bool is_apostrophe(char32_t c) { return c == U'\'' || c == U'‘' || c == U'’'; }

// Each alternative: how many characters it takes from the start of `rest`, 0 if it does not apply.

std::size_t apostrophes(std::u32string_view rest) {
  std::size_t n = 0;
  while (n < rest.size() && is_apostrophe(rest[n])) ++n;
  return n;
}

bool is_acronym_end(std::u32string_view rest) {
  return rest.size() > 2 && is_upper(rest[0]) && is_upper(rest[1]) && is_lower(rest[2]);
}

std::size_t number(std::u32string_view rest, bool at_start) {
  std::size_t n = at_start && !rest.empty() && rest[0] == U'-' ? 1 : 0;
  const std::size_t sign = n;
  const auto digit = [&](std::size_t i) { return i < rest.size() && is_digit(rest[i]); };
  const auto mark = [&](std::size_t i) {
    return i < rest.size() && (rest[i] == U',' || rest[i] == U'.');
  };
  for (;;) {
    if (digit(n)) {
      ++n;
    } else if (mark(n) && digit(n + 1)) {
      n += 2;
    } else {
      break;
    }
  }
  return n == sign ? 0 : n;
}

std::size_t dashes(std::u32string_view rest) {
  std::size_t n = 0;
  while (n < rest.size() && (rest[n] == U'-' || rest[n] == U'_')) ++n;
  return n;
}

std::size_t letters(std::u32string_view rest) {
  std::size_t n = 0;
  while (n < rest.size() && (is_letter(rest[n]) || (n > 0 && is_mark(rest[n])))) ++n;
  return n;
}

// Letters and clitics: don't, rock'n.
std::size_t word(std::u32string_view rest) {
  std::size_t n = letters(rest);
  if (n == 0) return 0;
  while (n + 1 < rest.size() && is_apostrophe(rest[n]) && is_letter(rest[n + 1])) n += 2;
  return n;
}

// camelCase: up to the last small letter before the first capital that follows one.
std::size_t camel(std::u32string_view rest) {
  std::size_t n = 0;
  bool clitics = false;
  while (n < rest.size()) {
    if (is_letter(rest[n]) && !clitics) {
      if (is_lower(rest[n]) && n + 1 < rest.size() && is_upper(rest[n + 1])) return n + 1;
      ++n;
    } else if (is_apostrophe(rest[n]) && n + 1 < rest.size() && is_letter(rest[n + 1])) {
      clitics = true;
      n += 2;
      if (n + 1 < rest.size() && is_lower(rest[n]) && is_upper(rest[n + 1])) return n + 1;
    } else {
      break;
    }
  }
  return 0;
}

// HTMLParser: the acronym, where misaki keeps the whole.
std::size_t acronym_head(std::u32string_view rest) {
  std::size_t n = 0;
  while (n < rest.size() && is_upper(rest[n])) ++n;
  return n > 2 && n < rest.size() && is_lower(rest[n]) && rest.substr(n) != U"s" ? n - 1 : 0;
}

std::size_t next_size(std::u32string_view rest, bool at_start) {
  const std::size_t quotes = apostrophes(rest);
  if (at_start && quotes > 0) return quotes;
  if (is_acronym_end(rest)) return 1;
  if (const std::size_t n = number(rest, at_start)) return n;
  if (const std::size_t n = dashes(rest)) return n;
  if (quotes > 0) return quotes;
  if (is_letter(rest[0])) {
    // camel() reads on to the end of the letters: not for runs that no camel has.
    if (const std::size_t n = camel(rest.substr(0, 200))) return n;
    if (const std::size_t n = acronym_head(rest)) return n;
    return word(rest);
  }
  return 1;
}

}  // namespace

std::vector<std::u32string> subtokens(std::u32string_view run) {
  std::vector<std::u32string> parts;
  for (std::size_t at = 0; at < run.size();) {
    const std::size_t size = next_size(run.substr(at), at == 0);
    parts.emplace_back(run.substr(at, size));
    at += size;
  }
  return parts;
}

}  // namespace decibit::text::en
