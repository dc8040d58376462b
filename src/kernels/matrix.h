// SPDX-License-Identifier: Apache-2.0
// A weight matrix W[n, k], dense or quantized: a view of bytes that somebody else keeps, usually a
// mapped file, of any alignment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/dtype.h"
#include "kernels/weights.h"
#include "quant/scheme.h"

namespace decibit {

class Matrix {
 public:
  Matrix() = default;  // 0 x 0
  /// Row-major elements of F32, F16 or BF16.
  static Matrix dense(DType dtype, const std::byte* data, std::int64_t n, std::int64_t k);
  /// `scheme` fits k. Scales and biases are [n, k / group]; `scale_dtype` (of both) is ignored by
  /// the fp modes, whose scales are bytes and whose `biases` is null.
  static Matrix quantized(const Scheme& scheme, const std::byte* codes, const std::byte* scales,
                          DType scale_dtype, const std::byte* biases, std::int64_t n,
                          std::int64_t k);

  std::int64_t n() const { return view_.n; }
  std::int64_t k() const { return view_.k; }
  bool dense() const { return view_.dense(); }
  const std::optional<Scheme>& scheme() const { return scheme_; }
  /// Of the elements when dense, of scales and biases when affine.
  DType dtype() const { return dtype_; }
  const isa::Weights& view() const { return view_; }
  /// Bytes that a product reads: codes, scales and biases.
  std::int64_t size_bytes() const;
  Matrix rows(std::int64_t first, std::int64_t count) const;

 private:
  isa::Weights view_ = {};
  std::optional<Scheme> scheme_;
  DType dtype_ = DType::kF32;
};

}  // namespace decibit
