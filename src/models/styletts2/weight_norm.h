// SPDX-License-Identifier: Apache-2.0
// Convolutions with weight norm, w = g * v / |v|, the norm over all axes but the first. Three ways
// of storing one are bound alike:
//   X.weight_v, X.weight_g   used in place; g / |v| becomes a factor of each output
//   X.weight                 folded rows of --scope all, quantized or not
//   X.weight, X.weight_tail  the same, the last input channels apart and dense
#pragma once

#include <optional>
#include <string_view>

#include "nn/binder.h"
#include "nn/conv1d.h"
#include "nn/conv_transpose1d.h"

namespace decibit::styletts2 {

class NormedConv {
 public:
  static NormedConv bind(WeightBinder& binder, std::string_view path, const ConvShape& shape);

  const ConvShape& shape() const { return shape_; }
  /// As Conv1d's.
  void forward(const Context& context, ConstRows x, Rows y,
               const isa::Prologue& prologue = {}) const;
  void forward_add(const Context& context, ConstRows x, Rows y,
                   const isa::Prologue& prologue = {}) const;

 private:
  void add_tail(const Context& context, ConstRows x, Rows y, const isa::Prologue& prologue) const;

  ConvShape shape_ = {};
  Conv1d conv_;
  std::optional<Conv1d> tail_;
};

/// X.weight_v [inputs, taps, outputs], whose norm belongs to the input channel, or folded rows
/// X.weight [outputs, taps * inputs]; depthwise: [channels, taps, 1].
ConvTranspose1d bind_normed_transpose(WeightBinder& binder, std::string_view path,
                                      const ConvTransposeShape& shape);

}  // namespace decibit::styletts2
