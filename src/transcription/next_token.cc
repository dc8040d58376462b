// SPDX-License-Identifier: Apache-2.0
#include "transcription/next_token.h"

#include <cmath>

#include "transcription/log_sum_exp.h"

namespace decibit::transcription {

Status NextToken::set(std::span<const float> logits, std::span<const Token> sampled) {
  logits_.assign(logits.begin(), logits.end());
  rules_.apply(sampled, logits_);
  log_sum_ = log_sum_exp(logits_);
  // The rules leave the end of text or timestamps, whatever was sampled.
  if (!std::isfinite(log_sum_))
    return fail(ErrorCode::kBadInput, "the model gives values that are not finite; it is damaged");
  return {};
}

}  // namespace decibit::transcription
