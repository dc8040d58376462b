// SPDX-License-Identifier: Apache-2.0
// Headings and items of lists, which end like sentences, though nobody writes a period behind them.
// See end_lines in normalizer.h.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "core/sentence_marks.h"
#include "core/utf8.h"
#include "text/en/normalizer.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

using Line = std::u32string_view;

constexpr Line kBullets = U"*•‣◦+-";

/// What stands behind `mark` characters of a marker, if a space and a word do.
bool begins_text(Line line, std::size_t mark) {
  return mark < line.size() && is_space(line[mark]) &&
         line.find_first_not_of(U' ', mark) != Line::npos;
}

bool is_heading(Line line) {
  const std::size_t hashes = line.find_first_not_of(U'#');
  return hashes >= 1 && hashes <= 6 && begins_text(line, hashes);
}

/// `===`, `---`, `***`: under a heading, or between parts.
bool is_rule(Line line) {
  if (line.empty() || !is_in(U"=-_*—", line[0])) return false;
  const std::size_t least = line[0] == U'—' ? 1 : 3;  // what `---` has become by now
  return line.size() >= least && line.find_first_not_of(line[0]) == Line::npos;
}

/// The number of `12. ` or `12) `; 0 if there is none.
int item_number(Line line) {
  const std::size_t digits = line.find_first_not_of(U"0123456789");
  if (digits < 1 || digits > 3 || !is_in(U".)", line[digits]) || !begins_text(line, digits + 1))
    return 0;
  return std::atoi(to_utf8(line.substr(0, digits)).c_str());
}

bool is_open(Line line) {
  constexpr Line kEmphasis = U"*_~`#= ";
  while (!line.empty() && (is_in(kClosingMarks, line.back()) || is_in(kEmphasis, line.back())))
    line.remove_suffix(1);
  return !line.empty() && line.back() != U'\n' && !is_in(kSentenceEnds, line.back()) &&
         !is_in(kClauseMarks, line.back());
}

Line without_indent(Line line) {
  return line.substr(std::min(line.find_first_not_of(U' '), line.size()));
}

}  // namespace

std::string end_lines(std::string_view utf8) {
  if (utf8.find('\n') == utf8.npos) return std::string(utf8);
  const std::u32string text = code_points(utf8);
  std::u32string ended;
  bool first = true, own = false;  // own: the line before is a heading or an item
  int number = 0;                  // of the last item
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(U'\n', begin), text.size());
    const Line line = Line(text).substr(begin, end - begin), words = without_indent(line);
    const int item = item_number(words);
    // As in Markdown: within a paragraph only a 1 begins a list, for lines may break before any
    // number.
    const bool numbered = item > 0 && (first || item == 1 || item == number + 1);
    if (numbered) number = item;
    const bool bullet = !words.empty() && is_in(kBullets, words[0]) && begins_text(words, 1);
    const bool starts = numbered || bullet || is_heading(words) || is_rule(words);
    if ((own || starts) && is_open(ended)) ended += U'.';
    const bool goes_on = !words.empty() && is_digit(words[0]) && !numbered && !own;
    if (!first) ended += goes_on ? U' ' : U'\n';
    ended += line;
    own = starts;
    first = false;
    begin = end + 1;
  }
  return encode_utf8(ended);
}

}  // namespace decibit::text::en
