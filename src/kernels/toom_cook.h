// SPDX-License-Identifier: Apache-2.0
// Toom-Cook convolution (Winograd's F(m, r)): m outputs of an r-tap filter from m + r - 1 products.
// The job is that of gemm.h with stride 1 and evenly spaced taps (row(j) = row(0) + j * dilation,
// index(j) = j); taps 3, 7, 11. Relative error stays under 3e-5 of the maximum of y.
#pragma once

#include "kernels/gemm.h"

namespace decibit::isa {

struct ToomCook {
  std::int64_t n_step, t_step;
  /// False: use Gemm.
  bool (*supports)(const GemmJob& job);
  std::size_t (*scratch_bytes)(const GemmJob& job);
  void (*multiply)(const GemmJob& job);
};

}  // namespace decibit::isa
