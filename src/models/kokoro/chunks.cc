// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/chunks.h"

#include <algorithm>

#include "core/check.h"
#include "core/sentence_marks.h"
#include "core/utf8.h"

namespace decibit::kokoro {
namespace {

constexpr std::u32string_view kSpaces = U" \n\r\t\f\v\u00A0\u2028\u2029\u3000";

/// The first place behind a mark (and what closes after it) in (from, to] of `text`; 0 if none.
std::size_t first_cut(std::u32string_view text, std::u32string_view marks, std::size_t from,
                      std::size_t to) {
  for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
    if (!is_in(marks, text[i])) continue;
    while (i + 1 < text.size() && (is_in(marks, text[i + 1]) || is_in(kClosingMarks, text[i + 1])))
      ++i;
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

/// Length of the next chunk of `text`, which says it if it is longer than sizes.most or all there
/// is.
std::size_t next_length(std::u32string_view text, bool first, ChunkSizes sizes) {
  const auto [usual, most] = sizes;
  const std::u32string both = std::u32string(kSentenceEnds) + std::u32string(kClauseMarks);
  if (first) {
    if (const std::size_t cut = first_cut(text, both, std::min(kFirstPhonemes, usual), most))
      return cut;
  } else {
    if (text.size() <= usual) return text.size();
    if (const std::size_t cut = last_cut(text, kSentenceEnds, usual)) return cut;
    if (const std::size_t cut = last_cut(text, kClauseMarks, usual)) return cut;
    if (const std::size_t cut = first_cut(text, both, usual, most)) return cut;
  }
  if (text.size() <= most) return text.size();
  // With the space itself at `most`, all before it fits.
  const std::size_t space = text.substr(0, most + 1).rfind(U' ');
  return space == text.npos || space == 0 ? most : space;
}

}  // namespace

ChunkSizes ChunkSizes::of(std::int64_t positions, float speed) {
  ChunkSizes sizes;
  sizes.most = std::min(kMostPhonemes, static_cast<std::size_t>(positions - 2));
  const double slow = std::min(1.0, 2 * double{speed});
  sizes.usual = std::clamp(static_cast<std::size_t>(static_cast<double>(kUsualPhonemes) * slow),
                           std::size_t{1}, sizes.most);
  return sizes;
}

void Chunker::add(std::u32string_view phonemes, std::uint64_t word) {
  DECIBIT_CHECK(!ended_);
  for (const char32_t c : phonemes) {
    if (is_in(kSpaces, c)) {
      space_ = true;
      continue;
    }
    if (space_ && !waiting_.phonemes.empty()) {
      waiting_.phonemes += U' ';
      waiting_.words.push_back(PhonemeChunk::kNoWord);
    }
    space_ = false;
    waiting_.phonemes += c;
    waiting_.words.push_back(word);
  }
}

bool Chunker::take(PhonemeChunk& chunk) {
  std::u32string& symbols = waiting_.phonemes;
  if (symbols.empty()) {
    // A space that was cut off may stand between this and what follows, but not across a pause.
    space_ = space_ && !ended_;
    ended_ = false;
    return false;
  }
  if (!ended_ && symbols.size() <= sizes_.most) return false;
  const std::size_t length = next_length(symbols, first_, sizes_);
  first_ = false;
  const auto end = static_cast<std::ptrdiff_t>(length);
  chunk.phonemes = symbols.substr(0, length);
  chunk.words.assign(waiting_.words.begin(), waiting_.words.begin() + end);
  const std::size_t space = length < symbols.size() && symbols[length] == U' ' ? 1 : 0;
  symbols.erase(0, length + space);
  waiting_.words.erase(waiting_.words.begin(),
                       waiting_.words.begin() + end + static_cast<std::ptrdiff_t>(space));
  return true;
}

}  // namespace decibit::kokoro
