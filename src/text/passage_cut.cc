// SPDX-License-Identifier: Apache-2.0
#include "text/passage_cut.h"

#include "core/sentence_marks.h"
#include "core/utf8.h"
#include "text/unicode.h"

namespace decibit::text {
namespace {

using View = std::u32string_view;

constexpr View kWide = U"。！？、，；：";  // no space follows these
constexpr View kEmphasis = U"*_";          // closes behind a mark as well

/// A capitalised word of up to five letters, or one with a period inside.
bool may_be_abbreviation(View before) {
  const std::size_t space = before.find_last_of(U" \n");
  View word = space == View::npos ? before : before.substr(space + 1);
  while (!word.empty() && is_in(U"\"'“‘([", word.front())) word.remove_prefix(1);
  if (word.find(U'.') != View::npos) return true;
  return word.size() <= 5 && !word.empty() && is_upper(word.front());
}

/// The place behind the last of `marks` in `text` that a space follows; 0 if there is none.
std::size_t behind_last(View text, View marks) {
  for (std::size_t i = text.size(); i-- > 0;) {
    if (!is_in(marks, text[i])) continue;
    std::size_t end = i + 1;
    while (end < text.size() && (is_in(kClosingMarks, text[end]) || is_in(kEmphasis, text[end])))
      ++end;
    if (end >= text.size()) continue;
    if (!is_in(kWide, text[i]) && !is_space(text[end])) continue;
    if (text[i] == U'.' && may_be_abbreviation(text.substr(0, i))) continue;
    return end;
  }
  return 0;
}

}  // namespace

std::size_t passage_cut(View text) {
  for (const View marks : {kSentenceEnds, kClauseMarks})
    if (const std::size_t cut = behind_last(text, marks)) return cut;
  const std::size_t space = text.find_last_of(U" \n");
  if (space != View::npos && space > 0) return space;
  std::size_t cut = text.size() - 1;
  while (cut > text.size() / 2 && is_mark(text[cut])) --cut;
  return cut;
}

}  // namespace decibit::text
