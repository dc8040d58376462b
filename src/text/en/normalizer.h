// SPDX-License-Identifier: Apache-2.0
// From text as people write it to text that reads itself: characters, markup, then what is written
// in symbols. Each stage is a function from text to text in a file of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/en/phonemizer.h"
#include "text/en/piece.h"

namespace decibit::text::en {

struct Normalized {
  std::string text;  // UTF-8; overrides are private-use characters (piece.h)
  std::vector<Override> overrides;
  std::vector<std::string> notes;
};

[[nodiscard]] Normalized normalize(std::string_view utf8, const UserLexicon& user_lexicon);

// The stages, in their order.

/// Invalid UTF-8, invisible and control characters out, one kind of space, of hyphen, of
/// apostrophe.
[[nodiscard]] std::string clean_characters(std::string_view utf8, std::vector<std::string>& notes);
/// A period where a heading or an item of a list ends without a mark and another line follows.
[[nodiscard]] std::string end_lines(std::string_view text);
/// [word](/phonemes/) and its kin become overrides; headings, emphasis, links, HTML lose their
/// marks.
void read_markup(Normalized& text);
/// Words of the user's become overrides.
void apply_user_lexicon(Normalized& text, const UserLexicon& user_lexicon);

[[nodiscard]] std::string read_addresses(
    std::string text);  // URLs, e-mail, file names, telephone numbers
[[nodiscard]] std::string read_dates(std::string text);  // dates, clock times, years
[[nodiscard]] std::string read_money(std::string text);
[[nodiscard]] std::string read_quantities(std::string text);     // units, fractions, ranges
[[nodiscard]] std::string read_operators(std::string text);      // arithmetic and single symbols
[[nodiscard]] std::string read_abbreviations(std::string text);  // St., Prof., e.g., Chapter IV

}  // namespace decibit::text::en
