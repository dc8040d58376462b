// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/chunks.h"

#include <algorithm>

namespace decibit::kokoro {
namespace {

constexpr std::u32string_view kSentenceEnds = U".!?\u2026";
constexpr std::u32string_view kClauseMarks = U";:,\u2014";
constexpr std::u32string_view kClosers = U")\u201D\"";

bool is_in(std::u32string_view set, char32_t c) { return set.find(c) != set.npos; }

/// The first place behind a mark (and what closes after it) in (from, to] of `text`; 0 if none.
std::size_t first_cut(std::u32string_view text, std::u32string_view marks, std::size_t from,
                      std::size_t to) {
  for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
    if (!is_in(marks, text[i])) continue;
    while (i + 1 < text.size() && (is_in(marks, text[i + 1]) || is_in(kClosers, text[i + 1]))) ++i;
    if (i + 1 <= to) return i + 1;
  }
  return 0;
}

std::size_t last_cut(std::u32string_view text, std::u32string_view marks, std::size_t to) {
  std::size_t last = 0;
  for (std::size_t at = first_cut(text, marks, 0, to); at > 0; at = first_cut(text, marks, at, to))
    last = at;
  return last;
}

/// Length of the next chunk of `text`.
std::size_t next_length(std::u32string_view text, bool first, std::size_t most) {
  const std::size_t usual = std::min(kUsualPhonemes, most);
  const std::u32string both = std::u32string(kSentenceEnds) + std::u32string(kClauseMarks);
  if (first) {
    if (const std::size_t cut = first_cut(text, both, std::min(kFirstPhonemes, most), most))
      return cut;
  } else {
    if (text.size() <= usual) return text.size();
    if (const std::size_t cut = last_cut(text, kSentenceEnds, usual)) return cut;
    if (const std::size_t cut = last_cut(text, kClauseMarks, usual)) return cut;
    if (const std::size_t cut = first_cut(text, both, usual, most)) return cut;
  }
  if (text.size() <= most) return text.size();
  const std::size_t space = text.substr(0, most).rfind(U' ');
  return space == text.npos || space == 0 ? most : space;
}

std::u32string_view trimmed(std::u32string_view text) {
  const std::size_t first = text.find_first_not_of(U' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(U' ') + 1 - first);
}

}  // namespace

std::vector<std::u32string> split_phonemes(std::u32string_view phonemes, std::size_t most) {
  std::vector<std::u32string> chunks;
  for (std::u32string_view rest = trimmed(phonemes); !rest.empty(); rest = trimmed(rest)) {
    const std::size_t length = next_length(rest, chunks.empty(), most);
    chunks.emplace_back(trimmed(rest.substr(0, length)));
    rest.remove_prefix(length);
  }
  return chunks;
}

}  // namespace decibit::kokoro
