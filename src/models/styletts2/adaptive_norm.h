// SPDX-License-Identifier: Apache-2.0
// Norms whose scale and shift come from the voice's style vector, through a layer fc:
//   gamma, beta = fc(style);  y = (1 + gamma) * norm(x) + beta
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "nn/linear.h"
#include "nn/norm.h"

namespace decibit::styletts2 {

class AdaptiveNorm {
 public:
  AdaptiveNorm() = default;
  /// PATH.fc [2 * channels, style]
  static AdaptiveNorm bind(WeightBinder& binder, std::string_view path, std::int64_t channels,
                           std::int64_t style);

  /// AdaIN: the norm is over time, for each channel. The map lives in the workspace's current
  /// frame.
  ChannelMap instance_map(const Context& context, ConstRows x, std::span<const float> style) const;
  /// AdaLayerNorm: the norm is over channels, for each row; in place.
  void layer_norm(const Context& context, Rows x, std::span<const float> style) const;

 private:
  struct Style {
    std::span<float> gamma, beta;  // gamma with the 1 added
  };
  Style of(const Context& context, std::span<const float> style) const;
  Linear fc_;
};

}  // namespace decibit::styletts2
