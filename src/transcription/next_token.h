// SPDX-License-Identifier: Apache-2.0
// The distribution of one text's next token.
#pragma once

#include <span>
#include <vector>

#include "core/result.h"
#include "transcription/logit_rules.h"

namespace decibit::transcription {

class NextToken {
 public:
  explicit NextToken(const LogitRules& rules) : rules_(rules) {}

  /// Takes the network's logits after `sampled`. kBadInput when they are not finite.
  Status set(std::span<const float> logits, std::span<const Token> sampled);

  /// What the rules left.
  std::span<const float> logits() const { return logits_; }
  /// log softmax over what the rules left.
  double log_probability(Token token) const {
    return static_cast<double>(logits_[static_cast<std::size_t>(token)]) - log_sum_;
  }

 private:
  const LogitRules& rules_;
  std::vector<float> logits_;
  double log_sum_ = 0;
};

}  // namespace decibit::transcription
