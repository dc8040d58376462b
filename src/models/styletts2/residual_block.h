// SPDX-License-Identifier: Apache-2.0
// AdainResBlk1d: two convolutions of 3 taps behind AdaIN and leaky ReLU, a shortcut around them,
// and in some blocks twice the rate:
//   r = leaky(adain(x));  if up: r = depthwise transposed convolution(r)
//   r = conv2(leaky(adain(conv1(r))))
//   s = x, by a convolution of one tap if the width changes, each row twice if up
//   y = (r + s) / sqrt(2)
#pragma once

#include <optional>
#include <span>
#include <string>

#include "models/styletts2/adaptive_norm.h"
#include "models/styletts2/weight_norm.h"

namespace decibit::styletts2 {

class ResidualBlock {
 public:
  enum class Upsample : bool { kNo, kYes };
  static ResidualBlock bind(WeightBinder& binder, const std::string& path, std::int64_t inputs,
                            std::int64_t outputs, std::int64_t style, Upsample upsample);

  std::int64_t rate() const { return pool_ ? 2 : 1; }
  std::int64_t outputs() const { return conv2_.shape().outputs; }
  /// y [rate() * x.count, outputs()]
  void forward(const Context& context, ConstRows x, std::span<const float> style, Rows y) const;

 private:
  void add_shortcut(const Context& context, ConstRows x, Rows y) const;

  AdaptiveNorm norm1_, norm2_;
  NormedConv conv1_, conv2_;
  std::optional<NormedConv> shortcut_;
  std::optional<ConvTranspose1d> pool_;
};

}  // namespace decibit::styletts2
