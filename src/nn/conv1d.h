// SPDX-License-Identifier: Apache-2.0
// Convolution along time on rows [T, C]:
//   y[t, o] = b[o] + sum_tap sum_c f(x[t * stride + tap * dilation - padding, c]) * W[o, tap, c]
// rows outside x count as zeros, after f. W is dense or quantized [outputs, taps, inputs / groups].
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/matrix.h"
#include "nn/binder.h"
#include "nn/context.h"
#include "nn/rows.h"

namespace decibit {

struct ConvShape {
  std::int64_t inputs, outputs;
  int taps;
  int stride = 1, dilation = 1;
  int padding = 0;  // rows of zeros before x; those after it follow from the rows of y asked for
  int groups = 1;   // 1, or inputs == outputs (depthwise), or a divisor of both
  Bias bias = Bias::kYes;

  /// With `padding` rows of zeros on both sides, as PyTorch counts.
  std::int64_t output_rows(std::int64_t input_rows) const {
    const std::int64_t reach = std::int64_t{dilation} * (taps - 1) + 1;
    const std::int64_t padded = input_rows + 2 * std::int64_t{padding};
    return padded < reach ? 0 : (padded - reach) / stride + 1;
  }
};

/// The prologue of the channels from `first` on.
isa::Prologue channels_from(isa::Prologue prologue, std::int64_t first);

class Conv1d {
 public:
  Conv1d() = default;
  /// PATH.weight and PATH.bias.
  static Conv1d bind(WeightBinder& binder, std::string_view path, const ConvShape& shape);
  /// With weights that are somebody else's, each output's times its `feature_scale` (empty: 1).
  Conv1d(const ConvShape& shape, const Matrix& weight, std::span<const float> bias,
         std::span<const float> feature_scale = {});
  /// Depthwise, with `lanes` [taps, channels].
  static Conv1d depthwise(const ConvShape& shape, std::span<const float> lanes,
                          std::span<const float> bias);

  const ConvShape& shape() const { return shape_; }
  /// y [at least one row, outputs]; it may not overlap x. `prologue` is f.
  void forward(const Context& context, ConstRows x, Rows y,
               const isa::Prologue& prologue = {}) const;
  /// y += the convolution
  void forward_add(const Context& context, ConstRows x, Rows y,
                   const isa::Prologue& prologue = {}) const;

 private:
  void run(const Context& context, ConstRows x, Rows y, const isa::Prologue& prologue,
           bool add) const;
  bool is_depthwise() const { return shape_.groups > 1 && shape_.groups == shape_.inputs; }

  ConvShape shape_ = {};
  Matrix weight_;                 // [outputs, taps * inputs / groups]; unless depthwise
  std::span<const float> lanes_;  // depthwise: [taps, channels]
  std::span<const float> bias_, feature_scale_;
  std::vector<std::int32_t> rows_, indices_;  // of the taps
};

}  // namespace decibit
