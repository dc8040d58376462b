// SPDX-License-Identifier: Apache-2.0
// Tagged pieces to phonemes, from the last to the first, since "the", "to" and "a" sound after what
// follows them.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "text/en/piece.h"

namespace decibit::text::en {

/// Pieces [begin, end) that belong to one word: 12 % of, A|380, well|-|bred.
struct WordGroup {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Phonemes of a word that neither lists nor rules know; empty if nothing in it can be spoken.
using Guess = std::function<Phones(std::string_view word)>;

/// Gives every piece its phonemes and returns the words that they form. An empty string is silence.
[[nodiscard]] std::vector<WordGroup> read_pieces(std::vector<Piece>& pieces, const Guess& guess);

}  // namespace decibit::text::en
