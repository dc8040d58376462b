// SPDX-License-Identifier: Apache-2.0
#include "whisper_divergence.h"

#include <algorithm>
#include <cmath>

#include "transcription/log_sum_exp.h"

namespace decibit {
namespace {

std::span<const float> row(ConstRows rows, std::int64_t i) {
  return {rows.row(i), static_cast<std::size_t>(rows.width)};
}

}  // namespace

void Divergence::add(std::span<const float> base_logits, std::span<const float> variant_logits) {
  const double base_sum = transcription::log_sum_exp(base_logits);
  const double variant_sum = transcription::log_sum_exp(variant_logits);
  for (std::size_t i = 0; i < base_logits.size(); ++i) {
    const double base = double{base_logits[i]} - base_sum;
    kl_nats += std::exp(base) * (base - (double{variant_logits[i]} - variant_sum));
  }
  const auto top = [](std::span<const float> logits) {
    return std::ranges::max_element(logits) - logits.begin();
  };
  same_top += top(base_logits) == top(variant_logits);
  ++steps;
}

void DivergenceNetwork::listen(ConstRows mel) {
  base_.listen(mel);
  for (const Variant& variant : variants_) variant.network.listen(mel);
}

ConstRows DivergenceNetwork::start(std::span<const whisper::Token> prompt,
                                   std::span<const std::size_t> wanted) {
  const ConstRows base = base_.start(prompt, wanted);
  const auto last = std::ranges::find(wanted, prompt.size() - 1) - wanted.begin();
  for (Variant& variant : variants_)
    variant.divergence.add(row(base, last), row(variant.network.start(prompt, wanted), last));
  return base;
}

ConstRows DivergenceNetwork::step(std::span<const std::size_t> parents,
                                  std::span<const whisper::Token> tokens) {
  const ConstRows base = base_.step(parents, tokens);
  for (Variant& variant : variants_) {
    const ConstRows logits = variant.network.step(parents, tokens);
    for (std::int64_t i = 0; i < base.count; ++i)
      variant.divergence.add(row(base, i), row(logits, i));
  }
  return base;
}

whisper::Alignment DivergenceNetwork::align(std::span<const whisper::Token> tokens,
                                            std::int64_t vocabulary) {
  return base_.align(tokens, vocabulary);
}

}  // namespace decibit
