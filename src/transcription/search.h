// SPDX-License-Identifier: Apache-2.0
// The texts of one window: greedy search, samples, beam search (openai-whisper, decoding.py:
// GreedyDecoder, BeamSearchDecoder).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/result.h"
#include "models/whisper/window.h"
#include "transcription/counter_random.h"
#include "transcription/logit_rules.h"

namespace decibit::transcription {

/// A text that was found.
struct Candidate {
  std::vector<Token> tokens;   // without the prompt and the end
  double log_probability = 0;  // summed over the tokens, and the end where it was reached
};

/// What a search runs with.
struct Search {
  whisper::WindowNetwork& network;  // start() was called
  const LogitRules& rules;
  Token end;
  std::size_t most_tokens;                 // of a text
  const std::function<bool()>& interrupt;  // may be empty
};

/// `first`: the logits after the prompt. All fail with kInterrupted, and with kBadInput when logits
/// are not finite.
Result<std::vector<Candidate>> greedy_search(const Search& search, std::span<const float> first);

/// `count` texts by chance, in an order that does not depend on how long they are. The text and
/// position of `key` are set here.
Result<std::vector<Candidate>> draw_texts(const Search& search, std::span<const float> first,
                                          std::size_t count, double temperature, DrawKey key);

/// Ends when round(width * patience) texts have ended. Texts that have not are among the candidates
/// only where fewer than `width` have.
Result<std::vector<Candidate>> beam_search(const Search& search, std::span<const float> first,
                                           std::size_t width, double patience);

}  // namespace decibit::transcription
