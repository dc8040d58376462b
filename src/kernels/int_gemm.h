// SPDX-License-Identifier: Apache-2.0
// The product of gemm.h on integers: rows of x are quantized once, per group of the weight, and
// every tap and every weight of one layout reads the same codes. With x = sx * X,
//   sum_k x (s q + b) = sum_groups sx * (s * (sum X q) + b * (sum X)),  sums of integers exact.
// The sum of X is that of the quantized activations: its error then cancels against that of X q.
// What that product is in exact arithmetic is met within
//   (2 * groups + 8) * 2^-24 * sum_k |x| * (|scale * code| + |bias|),
// with |scale * code| + |bias| as 18 * |scale| for the 4-bit floats; the rounding of x is that of
// matvec.h. No result depends on how rows and features are divided. Scale byte 0 of mx counts as 0.
#pragma once

#include "kernels/gemm.h"

namespace decibit::isa {

struct IntGemm {
  std::int64_t n_step, t_step;  // as in Gemm
  /// Not for dense weights and mxfp8, whose values no small integer holds.
  bool (*supports)(const Weights& w, Input input);

  /// Two weights of equal layout() can share one prepared input of the same channels.
  std::uint32_t (*layout)(const Weights& w, Input input);
  /// Size of x_rows prepared rows, in bytes.
  std::size_t (*input_bytes)(const Weights& w, Input input, std::int64_t channels,
                             std::int64_t x_rows);
  /// Quantizes rows [r0, r1) of x (x + r * x_stride) to their places in `out`, 64-byte aligned. A
  /// group that holds a NaN or an infinity gives non-finite outputs.
  void (*prepare)(const Weights& w, Input input, const float* x, std::int64_t x_stride,
                  std::int64_t x_rows, std::int64_t channels, const Prologue& prologue,
                  std::int64_t r0, std::int64_t r1, void* out);

  /// job.x and job.prologue are ignored: `prepared` is what prepare() made of all job.x_rows.
  std::size_t (*scratch_bytes)(const GemmJob& job, Input input);
  void (*multiply)(const GemmJob& job, Input input, const void* prepared);
};

}  // namespace decibit::isa
