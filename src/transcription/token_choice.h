// SPDX-License-Identifier: Apache-2.0
// Which token comes next, by its logit.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/whisper/window.h"

namespace decibit::transcription {

using whisper::Token;

/// The token of the largest logit, of equals the first.
Token best_token(std::span<const float> logits);

/// The `count` tokens of the largest logits, largest first, of equals the first one first. Those of
/// -infinity are left out.
std::vector<Token> best_tokens(std::span<const float> logits, std::size_t count);

/// A token by chance: softmax(logits / temperature), `uniform` in [0, 1) says which. `weights` is
/// scratch.
Token draw_token(std::span<const float> logits, double temperature, double uniform,
                 std::vector<float>& weights);

}  // namespace decibit::transcription
