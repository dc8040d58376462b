// SPDX-License-Identifier: Apache-2.0
// How far the next tokens that one Whisper expects are from those that others do, on its texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/whisper/window.h"

namespace decibit {

/// Sums over the steps of decoding. Distributions are softmax over the whole vocabulary, before
/// rules about what may come next.
struct Divergence {
  std::int64_t steps = 0, same_top = 0;  // same_top: the likeliest token is the same
  double kl_nats = 0;                    // of the variant's distribution from the base's

  void add(std::span<const float> base_logits, std::span<const float> variant_logits);
};

struct Variant {
  whisper::WindowNetwork& network;
  Divergence divergence = {};
};

/// Decoded with, it is the base; the variants read along, so they are given the base's text at
/// every step (teacher forcing). All outlive it.
class DivergenceNetwork final : public whisper::WindowNetwork {
 public:
  DivergenceNetwork(whisper::WindowNetwork& base, std::span<Variant> variants)
      : base_(base), variants_(variants) {}

  void listen(ConstRows mel) override;
  /// Only the last logits predict text; others tell whether there is speech.
  ConstRows start(std::span<const whisper::Token> prompt,
                  std::span<const std::size_t> wanted) override;
  ConstRows step(std::span<const std::size_t> parents,
                 std::span<const whisper::Token> tokens) override;
  whisper::Alignment align(std::span<const whisper::Token> tokens,
                           std::int64_t vocabulary) override;

 private:
  whisper::WindowNetwork& base_;
  std::span<Variant> variants_;
};

}  // namespace decibit
