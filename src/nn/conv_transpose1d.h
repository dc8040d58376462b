// SPDX-License-Identifier: Apache-2.0
// Transposed convolution along time, PyTorch's conv_transpose1d:
//   y[i * stride + tap - padding, o] += f(x[i, c]) * W[o, tap, c],  then + b[o]
// as one convolution of stride 1 for each phase r = row % stride of y: only the taps with
// tap % stride == (r + padding) % stride meet it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/matrix.h"
#include "nn/binder.h"
#include "nn/context.h"
#include "nn/rows.h"

namespace decibit {

struct ConvTransposeShape {
  std::int64_t inputs, outputs;
  int taps, stride;
  int padding = 0;  // rows cut from the front of y; those cut from its end follow from its rows
  bool depthwise = false;  // inputs == outputs, each channel by itself
  Bias bias = Bias::kYes;

  /// With `padding` rows cut on both sides, as PyTorch counts, and `output_padding` added.
  std::int64_t output_rows(std::int64_t input_rows, int output_padding = 0) const {
    return (input_rows - 1) * stride - 2 * std::int64_t{padding} + taps + output_padding;
  }
};

class ConvTranspose1d {
 public:
  ConvTranspose1d() = default;
  /// With weights [outputs, taps, inputs] that are somebody else's; not depthwise.
  ConvTranspose1d(const ConvTransposeShape& shape, const Matrix& weight,
                  std::span<const float> bias);
  /// Depthwise, with `lanes` [taps, channels], which `memory` gets in the order of the phases.
  static ConvTranspose1d depthwise(const ConvTransposeShape& shape, std::span<const float> lanes,
                                   std::span<const float> bias, WeightMemory& memory);

  const ConvTransposeShape& shape() const { return shape_; }
  /// y [at least one row, outputs]; it may not overlap x. `prologue` is f (none when depthwise).
  void forward(const Context& context, ConstRows x, Rows y,
               const isa::Prologue& prologue = {}) const;

 private:
  /// Row q * stride + phase of y, in the order of rising rows of x.
  struct Phase {
    std::vector<std::int32_t> rows;     // of x, from q on
    std::vector<std::int32_t> indices;  // of the taps
    std::span<const float> lanes;       // depthwise: [taps of the phase, channels]
  };

  ConvTransposeShape shape_ = {};
  Matrix weight_;
  std::span<const float> bias_;
  std::vector<Phase> phases_;
};

}  // namespace decibit
