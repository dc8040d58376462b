// SPDX-License-Identifier: Apache-2.0
// Rows of a table, dense or quantized.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/matrix.h"
#include "nn/binder.h"
#include "nn/context.h"
#include "nn/rows.h"

namespace decibit {

class Embedding {
 public:
  Embedding() = default;
  explicit Embedding(const Matrix& table) : table_(table) {}
  /// PATH.weight [count, width]
  static Embedding bind(WeightBinder& binder, std::string_view path, std::int64_t count,
                        std::int64_t width);

  const Matrix& table() const { return table_; }
  /// y[i] = table[ids[i]], of affine weights rounded to the type of their scales, as MLX does. ids
  /// lie in [0, count), which whoever reads them from outside checks.
  void forward(const Context& context, std::span<const std::int32_t> ids, Rows y) const;

 private:
  Matrix table_;
};

}  // namespace decibit
