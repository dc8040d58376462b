// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the names nearest to one that does not exist.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace decibit {

/// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// At most three of `candidates`, nearest first: those that start with `word`, and those at most a
/// third of its length away. Empty when nothing is near.
std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "did you mean --q-bits, --q-mode?", or `otherwise` when nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         std::string_view otherwise);

/// "a, b, c"
std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace decibit
