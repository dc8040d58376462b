// SPDX-License-Identifier: Apache-2.0
// The predictor: how long each phoneme lasts, and pitch (F0) and energy (N) over time.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/styletts2/adaptive_norm.h"
#include "models/styletts2/modules.h"
#include "models/styletts2/residual_block.h"
#include "nn/conv1d.h"
#include "nn/linear.h"
#include "nn/lstm.h"

namespace decibit::styletts2 {

/// F0 or N: three residual blocks, the second of which doubles the rate, and a projection.
class ProsodyCurve {
 public:
  static ProsodyCurve bind(WeightBinder& binder, const std::string& path, std::int64_t hidden,
                           std::int64_t style);
  /// y [2 * x.count, 1]
  void forward(const Context& context, ConstRows x, std::span<const float> style, Rows y) const;

 private:
  std::array<ResidualBlock, 3> blocks_;
  Conv1d projection_;
};

class Predictor {
 public:
  static Predictor bind(WeightBinder& binder, const Dims& dims);

  /// Features with the style beside them: what encode() makes.
  std::int64_t width() const { return hidden_ + style_; }
  /// DurationEncoder: d [T, width()] from the hidden states x [T, hidden] of the language model.
  void encode(const Context& context, ConstRows x, std::span<const float> style, Rows d) const;
  /// sums[t]: the duration of token t in frames, at speed 1, before rounding.
  void durations(const Context& context, ConstRows d, std::span<float> sums) const;
  /// f0 (Hz) and n [2 * F, 1] from d gathered to frames [F, width()].
  void curves(const Context& context, ConstRows frames, std::span<const float> style, Rows f0,
              Rows n) const;

 private:
  struct Layer {
    Lstm lstm;
    AdaptiveNorm norm;
  };
  std::int64_t hidden_ = 0, style_ = 0;
  std::vector<Layer> layers_;
  Lstm lstm_, shared_;
  Linear duration_;
  ProsodyCurve f0_, n_;
};

}  // namespace decibit::styletts2
