// SPDX-License-Identifier: Apache-2.0
// How probable each token of a text is after those before it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/whisper/decoder.h"
#include "models/whisper/window.h"

namespace decibit::whisper {

/// normed: Decoder::norm's row for each of the tokens. Softmax is over the first `vocabulary`
/// logits; 0 for the first token and for those beyond.
std::vector<float> next_token_probabilities(const Context& context, const Decoder& decoder,
                                            ConstRows normed, std::span<const Token> tokens,
                                            std::int64_t vocabulary);

}  // namespace decibit::whisper
