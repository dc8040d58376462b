// SPDX-License-Identifier: Apache-2.0
// The most probable of several texts, for its length (openai-whisper, MaximumLikelihoodRanker).
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "transcription/search.h"

namespace decibit::transcription {

/// log probability / length, or with `length_penalty` a: / ((5 + length) / 6)^a, from Google's
/// translation system (arXiv 1609.08144). Of equals the first; `candidates` is not empty.
std::size_t most_likely(std::span<const Candidate> candidates,
                        std::optional<double> length_penalty);

}  // namespace decibit::transcription
