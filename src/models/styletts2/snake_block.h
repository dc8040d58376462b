// SPDX-License-Identifier: Apache-2.0
// AdaINResBlock1: three rounds, of dilations 1, 3 and 5, of
//   x += conv2(snake(adain2(conv1(snake(adain1(x))))))
// AdaIN and Snake, v + sin(a v)^2 / a, are applied as the convolutions read their input.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "models/styletts2/adaptive_norm.h"
#include "models/styletts2/modules.h"
#include "models/styletts2/weight_norm.h"

namespace decibit::styletts2 {

class SnakeBlock {
 public:
  static SnakeBlock bind(WeightBinder& binder, const std::string& path, std::int64_t channels,
                         std::int64_t taps, std::int64_t style, AlphaName alpha);
  /// In place; `scratch` is of the size of x.
  void forward(const Context& context, Rows x, Rows scratch, std::span<const float> style) const;

 private:
  struct Half {
    AdaptiveNorm norm;
    std::span<const float> alpha, inverse_alpha;
    NormedConv conv;
    /// What the convolution applies to x; the map lives in the current frame.
    isa::Prologue prologue(const Context& context, ConstRows x, std::span<const float> style) const;
  };
  struct Round {
    Half first, second;
  };
  std::array<Round, 3> rounds_;
};

}  // namespace decibit::styletts2
