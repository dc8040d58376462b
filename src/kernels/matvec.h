// SPDX-License-Identifier: Apache-2.0
// Products of few rows of activations: y[m, n] = sum_k x[m, k] * W[n, k] (+ bias[n]), m <=
// kMaxRows. Bound by the bytes of the weights, so each row of W is read once, straight from where
// it is.
//
// Lanes run along k. Activations are first put in the order in which codes come out of their
// packing, scaled or quantized, with the sum of each group beside them, because
//   sum_k x (s q + b) = sum_groups s * (sum x q) + b * (sum x);
// prepare() does this once, and any number of weights of one layout share the result.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/weights.h"

namespace decibit::isa {

/// Integer activations, the same in every table: per group of the weight, with a = max |x|,
///   code = round(x * (largest / a)), ties to even, and x counts as (a / largest) * code,
/// quotients in float. Groups with a < kSmallestQuantized count as zero.
constexpr float kLargestCode[] = {0, 32639, 127};  // by Input
constexpr float kSmallestQuantized = 0x1p-100f;

struct MatvecJob {
  const Weights* w;
  const void* input;  // from prepare(), 64-byte aligned, with the same m and a w of the same layout
  std::int64_t m;
  const float* bias;  // [w->n], or null
  float* y;           // row i at y + i * y_stride
  std::int64_t y_stride;
  std::int64_t n0, n1;  // the features to compute; others are not touched
  bool add;             // y += product, instead of y = product
};

/// Sums are in float, along k, in an order that depends on k and the weight's layout only: a row's
/// result is the same whatever n0, n1 and m are. The error of F32 against the product in exact
/// arithmetic is within
///   c * 2^-24 * sum_k |x| * (|scale * code| + |bias|),  with |code| as 6 for e2m1;
/// tests allow c = 32 and see 1.4 at most. Integers add what the rounding of x does. IEEE's odd
/// numbers: a NaN or infinity in x makes that row of y non-finite, one in a scale, a bias or a
/// dense weight that feature, but an infinity may come out as NaN, from s * (inf - inf). Scale byte
/// 0 of mx (2^-127, what Metal writes for groups of zeros) counts as 0, so that no sum runs on
/// subnormals. Activations below 2^-100 lose bits, since they are scaled down to meet codes that
/// are not shifted; products of x with the largest code must stay below the end of float.
struct Matvec {
  static constexpr std::int64_t kMaxRows = 8;

  /// Whether weights like `w` have a kernel for this input (F32: always; integers: not for dense
  /// weights and mxfp8, whose values no small integer holds).
  bool (*supports)(const Weights& w, Input input);
  /// Two weights of equal k and equal layout() can share one prepared input.
  std::uint32_t (*layout)(const Weights& w, Input input);
  /// Size of a prepared input of m rows, in bytes.
  std::size_t (*input_bytes)(const Weights& w, Input input, std::int64_t m);
  /// Rows of x are x + i * x_stride, of w.k floats. A row or group that holds a NaN or an infinity
  /// gives non-finite outputs for every kind of input.
  void (*prepare)(const Weights& w, Input input, const float* x, std::int64_t x_stride,
                  std::int64_t m, void* out);
  void (*multiply)(const MatvecJob& job, Input input);
};

}  // namespace decibit::isa
