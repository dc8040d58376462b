// SPDX-License-Identifier: Apache-2.0
// Toom-Cook convolution (Winograd's F(m, r)): m outputs of an r-tap filter from m + r - 1 products.
// The job is that of gemm.h with stride 1 and evenly spaced taps (row(j) = row(0) + j * dilation,
// index(j) = j); taps 3, 7, 11. Errors stay under 3e-5 of the largest |y|. A NaN or an infinity in
// x makes NaN of all rows of the tiles that read it, some 6 * dilation more than have it in their
// sum.
#pragma once

#include "kernels/gemm.h"

namespace decibit::isa {

struct ToomCook {
  std::int64_t n_step, t_step;
  /// False: use Gemm. Asks about the whole convolution (x_rows, channels, w->n, taps), never about
  /// the block or the data: ask once, before work is divided.
  bool (*supports)(const GemmJob& job);
  std::size_t (*scratch_bytes)(const GemmJob& job);
  void (*multiply)(const GemmJob& job);
};

}  // namespace decibit::isa
