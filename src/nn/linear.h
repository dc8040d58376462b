// SPDX-License-Identifier: Apache-2.0
// y = x W^T + b, W dense or quantized [outputs, inputs].
#pragma once

#include <span>
#include <string_view>

#include "kernels/matrix.h"
#include "nn/binder.h"
#include "nn/context.h"
#include "nn/rows.h"

namespace decibit {

class Linear {
 public:
  Linear() = default;  // 0 x 0
  /// `bias` is empty or has weight.n() values; both are somebody else's.
  Linear(const Matrix& weight, std::span<const float> bias) : weight_(weight), bias_(bias) {}
  /// PATH.weight [outputs, inputs] and, with a bias, PATH.bias [outputs].
  static Linear bind(WeightBinder& binder, std::string_view path, std::int64_t outputs,
                     std::int64_t inputs, Bias bias = Bias::kYes);

  const Matrix& weight() const { return weight_; }
  const float* bias() const { return bias_.empty() ? nullptr : bias_.data(); }
  /// y [x.count, outputs]; y may not overlap x.
  void forward(const Context& context, ConstRows x, Rows y) const;
  /// y += x W^T + b
  void forward_add(const Context& context, ConstRows x, Rows y) const;

 private:
  Matrix weight_;
  std::span<const float> bias_;
};

/// Several layers of one input (q, k, v; gate, up): its activations are prepared once, and the
/// threads meet once.
struct LinearCall {
  const Linear* layer;
  Rows y;
  bool add = false;
};
void forward_all(const Context& context, ConstRows x, std::span<const LinearCall> calls);

}  // namespace decibit
