// SPDX-License-Identifier: Apache-2.0
// When each word of a window was said (openai-whisper, timing.py: find_alignment).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/whisper/tokenizer.h"
#include "models/whisper/window.h"

namespace decibit::transcription {

using whisper::Token;

struct AlignedWord {
  std::string text;
  std::vector<Token> tokens;
  double start = 0, end = 0;  // seconds in the window, steps of 0.02
  double probability = 0;     // mean of its tokens
  double seconds() const { return end - start; }
};

/// `network` has listened to a window of which `frames` hold sound. `start` are the tokens that
/// tell language and task; `text` are text tokens. No words when there is no text or less sound
/// than a position of the encoder.
std::vector<AlignedWord> align_words(whisper::WindowNetwork& network,
                                     const whisper::Tokenizer& tokenizer,
                                     std::span<const Token> start, std::string_view language,
                                     std::span<const Token> text, std::int64_t frames);

/// Marks that belong to the word after or before them become part of it; their own entries are
/// left with no text and no tokens.
void merge_punctuation(std::vector<AlignedWord>& words, std::string_view prepended,
                       std::string_view appended);

}  // namespace decibit::transcription
