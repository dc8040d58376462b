// SPDX-License-Identifier: Apache-2.0
// Text into pieces: words, their parts, punctuation with the symbol it is read as.
#pragma once

#include <string_view>
#include <vector>

#include "text/en/piece.h"

namespace decibit::text::en {

/// `text` is normalized; `overrides` are those that its private-use characters number. Characters
/// that have no reading are appended to `dropped`.
[[nodiscard]] std::vector<Piece> tokenize(std::u32string_view text,
                                          const std::vector<Override>& overrides,
                                          std::vector<char32_t>* dropped);

}  // namespace decibit::text::en
