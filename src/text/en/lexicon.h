// SPDX-License-Identifier: Apache-2.0
// How a written word sounds, by the word lists and by the rules that reach beyond them: capitals,
// acronyms, possessives, -s, -ed, -ing. After misaki 0.9.4, en.py, class Lexicon, whose order of
// rules is kept.
#pragma once

#include <optional>
#include <string_view>

#include "text/en/stress.h"
#include "text/en/tag.h"
#include "text/phones.h"

namespace decibit::text::en {

/// What follows the word, since text is read from its end.
struct Context {
  std::optional<bool> vowel_follows = {};  // none: a pause or the end
  bool to_follows = false;
};

class Lexicon {
 public:
  using Reading = std::optional<Phones>;

  /// `word` has ASCII apostrophes and no accents; none if neither lists nor rules know it.
  [[nodiscard]] Reading word(std::string_view word, Tag tag, Stress stress,
                             const Context& context) const;

  /// The list entry alone, as a word without a context: what numbers and symbols are read with.
  [[nodiscard]] Phones plain(std::string_view word, Stress stress = {}) const;

  /// The names of the letters, the last one stressed; none if there is a letter without a name.
  [[nodiscard]] static Reading spelled(std::string_view word);

  /// The endings, as the sound before them asks for.
  [[nodiscard]] static Phones plural(Phones stem);
  [[nodiscard]] static Phones past(Phones stem);
  [[nodiscard]] static Phones progressive(Phones stem);
};

/// 0.5 for a capital, 2 for capitals only, of misaki's levels.
[[nodiscard]] Stress stress_of_case(std::string_view word);

}  // namespace decibit::text::en
