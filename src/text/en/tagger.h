// SPDX-License-Identifier: Apache-2.0
// Parts of speech by rules over neighbouring words: no statistics, no dictionary of classes, only
// what separates the two readings of words like "that", "in", "use", "read", "present".
#pragma once

#include <vector>

#include "text/en/piece.h"

namespace decibit::text::en {

/// Fills in the tags of all pieces that are not punctuation.
void tag_pieces(std::vector<Piece>& pieces);

}  // namespace decibit::text::en
