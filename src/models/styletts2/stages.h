// SPDX-License-Identifier: Apache-2.0
// For tests and measurements: a pass that shows its stages, and one in which values are given
// instead of computed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "nn/rows.h"

namespace decibit::styletts2 {

struct Overrides {
  /// Gets every stage by name as soon as it is there.
  std::function<void(std::string_view stage, ConstRows values)> probe;
  std::span<const std::int32_t> durations;   // frames of each token
  std::span<const float> f0, n;              // [2 * F]
  std::optional<ConstRows> source_noise;     // normal numbers [samples, harmonics]
  std::optional<ConstRows> source_spectrum;  // [frames, magnitudes and phases]
  // What mlx-audio does otherwise than PyTorch.
  bool erf_gelu = false;
  bool zero_pad = false;  // of the last upsampling, in place of the mirrored row

  void show(std::string_view stage, ConstRows values) const {
    if (probe) probe(stage, values);
  }
};

}  // namespace decibit::styletts2
