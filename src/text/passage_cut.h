// SPDX-License-Identifier: Apache-2.0
// Where a text that is too long to be read at once is cut.
#pragma once

#include <cstddef>
#include <string_view>

namespace decibit::text {

/// Length of the first part, in [1, text.size() - 1]: up to the last end of a sentence, else clause
/// mark, else space, else as much as fits without parting a character from its accents. A period
/// behind what may be an abbreviation ("Dr. ", "e.g. ") ends no sentence. At least 2 code points.
std::size_t passage_cut(std::u32string_view text);

}  // namespace decibit::text
