// SPDX-License-Identifier: Apache-2.0
// The phonemes of a token of digits: years, ordinals, decimals, digits one by one. misaki's
// get_number; currency is not here, since normalizing the text has turned it into words.
#pragma once

#include <optional>
#include <string_view>

#include "text/en/lexicon.h"

namespace decibit::text::en {

/// Digits with commas and points, perhaps a minus before and one of s 's ed 'd ing st nd rd th
/// behind.
[[nodiscard]] bool is_number(std::string_view word, bool is_head);

/// `is_head`: the token begins its word; digits behind letters (A380) are read differently. `flags`
/// are those of misaki's markup: & says "and", n joins it to the word before, a says "a" for "one".
[[nodiscard]] std::optional<Phones> read_number(const Lexicon& lexicon, std::string_view word,
                                                bool is_head, std::string_view flags);

}  // namespace decibit::text::en
