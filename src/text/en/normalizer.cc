// SPDX-License-Identifier: Apache-2.0
#include "text/en/normalizer.h"

#include "text/pattern.h"

namespace decibit::text::en {

Normalized normalize(std::string_view utf8, const UserLexicon& user_lexicon) {
  Normalized result;
  result.text = end_lines(clean_characters(utf8, result.notes));
  read_markup(result);
  apply_user_lexicon(result, user_lexicon);
  result.text = read_addresses(std::move(result.text));
  result.text = read_dates(std::move(result.text));
  result.text = read_money(std::move(result.text));
  result.text = read_abbreviations(std::move(result.text));
  result.text = read_quantities(std::move(result.text));
  static const Pattern kSpaces(" {2,}");
  result.text = kSpaces.replace(read_operators(std::move(result.text)), " ");
  return result;
}

}  // namespace decibit::text::en
