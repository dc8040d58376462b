// SPDX-License-Identifier: Apache-2.0
#include "transcription/token_choice.h"

#include <algorithm>
#include <limits>

#include "transcription/exponential.h"
#include "transcription/log_sum_exp.h"

namespace decibit::transcription {

Token best_token(std::span<const float> logits) {
  return static_cast<Token>(std::ranges::find(logits, largest(logits)) - logits.begin());
}

std::vector<Token> best_tokens(std::span<const float> logits, std::size_t count) {
  std::vector<Token> best;
  best.reserve(count + 1);
  const auto logit = [&](Token token) { return logits[static_cast<std::size_t>(token)]; };
  float smallest = -std::numeric_limits<float>::infinity();  // that still gets in
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (!(logits[i] > smallest)) continue;
    const auto place = std::ranges::find_if(best, [&](Token t) { return logit(t) < logits[i]; });
    best.insert(place, static_cast<Token>(i));
    if (best.size() > count) best.pop_back();
    if (best.size() == count) smallest = logit(best.back());
  }
  return best;
}

Token draw_token(std::span<const float> logits, double temperature, double uniform,
                 std::vector<float>& weights) {
  weights.resize(logits.size());
  exponentials(logits, largest(logits), static_cast<float>(1 / temperature), weights.data());
  double sum = 0;
  for (const float w : weights) sum += static_cast<double>(w);
  const double wanted = uniform * sum;
  double below = 0;
  Token last = best_token(logits);  // rounding may leave `wanted` at the sum of all
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (logits[i] == -std::numeric_limits<float>::infinity()) continue;
    last = static_cast<Token>(i);
    below += static_cast<double>(weights[i]);
    if (wanted < below) break;
  }
  return last;
}

}  // namespace decibit::transcription
