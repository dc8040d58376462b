// SPDX-License-Identifier: Apache-2.0
// Which tokens may come next (openai-whisper, decoding.py: SuppressBlank, SuppressTokens,
// ApplyTimestampRules). With timestamps a window reads
//
//   <|0.00|> text <|3.20|> <|3.40|> text <|7.00|> end
//
// They come in pairs save before the end, never fall, and a segment is never empty in time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/whisper/tokenizer.h"

namespace decibit::transcription {

using whisper::Token;

class LogitRules {
 public:
  struct Options {
    std::vector<Token> suppressed;
    bool suppress_blank = true;  // a text does not begin with a lone space, nor with its end
    bool timestamps = true;
    std::optional<int> latest_first_timestamp;  // in steps of 0.02 s
  };
  LogitRules(const whisper::Tokenizer& tokenizer, Options options);

  /// `sampled` is the text so far, without the prompt. What may not follow it gets -infinity.
  void apply(std::span<const Token> sampled, std::span<float> logits) const;

 private:
  void apply_timestamp_rules(std::span<const Token> sampled, std::span<float> logits) const;
  bool is_timestamp(Token token) const { return token >= first_timestamp_; }

  Options options_;
  std::vector<Token> blank_;
  Token end_, no_timestamps_, first_timestamp_, last_timestamp_;
};

}  // namespace decibit::transcription
