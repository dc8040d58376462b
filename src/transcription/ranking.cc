// SPDX-License-Identifier: Apache-2.0
#include "transcription/ranking.h"

#include <algorithm>
#include <cmath>

namespace decibit::transcription {

std::size_t most_likely(std::span<const Candidate> candidates,
                        std::optional<double> length_penalty) {
  const auto score = [&](const Candidate& candidate) {
    const auto length = static_cast<double>(candidate.tokens.size());
    // A text that ends at once counts as one token; OpenAI's divides by zero.
    const double penalty =
        length_penalty ? std::pow((5 + length) / 6, *length_penalty) : std::max(1.0, length);
    return candidate.log_probability / penalty;
  };
  const auto best = std::ranges::max_element(candidates, std::ranges::less(), score);
  return static_cast<std::size_t>(best - candidates.begin());
}

}  // namespace decibit::transcription
