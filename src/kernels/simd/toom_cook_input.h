// SPDX-License-Identifier: Apache-2.0
// Rows of x to transformed tiles. A block of channels is first activated into staging, each row
// once although tiles overlap, rows outside x and channels past the last as zeros; then each tile
// is transformed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/gemm.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/prologue.h"
#include "kernels/simd/toom_cook_transform.h"

namespace decibit::isa {
namespace {

/// Channels activated at a time: staging of a chunk stays within 40 KB or so.
constexpr std::int64_t kInputBlock = 64;

/// Channels [channel, channel + count) of a row, count rounded up to whole vectors.
template <class V>
void activate_row(const float* x, const Prologue& prologue, std::int64_t channel,
                  std::int64_t count, float* out) {
  for (std::int64_t c = 0; c < count; c += V::kLanes) {
    const std::int64_t left = count - c;
    const auto v = load_some<V>(x + c, left);
    V::store(out + c, prologue.any() ? activate<V>(prologue, channel + c, left, v) : v);
  }
}

/// Tiles whose first input row is first_row + tile * kOutputs * dilation;
/// out[point][tile][channel].
template <class V, class P>
void transform_tiles(const GemmJob& job, std::int64_t first_row, std::int64_t dilation,
                     std::int64_t tiles, std::int64_t channels, float* staging, float* out,
                     std::int64_t point_stride) {
  const std::int64_t rows = P::kOutputs * tiles + P::kTaps - 1;
  for (std::int64_t c0 = 0; c0 < channels; c0 += kInputBlock) {
    const std::int64_t padded = min_of(channels - c0, kInputBlock);
    const std::int64_t count = min_of(job.channels - c0, padded);
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::int64_t row = first_row + i * dilation;
      float* staged = staging + i * kInputBlock;
      if (row >= 0 && row < job.x_rows)
        activate_row<V>(job.x + row * job.x_stride + c0, job.prologue, c0, count, staged);
      else
        for (std::int64_t c = 0; c < padded; c += V::kLanes) V::store(staged + c, V::zero());
    }
    for (std::int64_t tile = 0; tile < tiles; ++tile)
      for (std::int64_t c = 0; c < padded; c += V::kLanes)
        transform_input<V, P>(staging + tile * P::kOutputs * kInputBlock + c, kInputBlock,
                              out + tile * channels + c0 + c, point_stride);
  }
}

}  // namespace
}  // namespace decibit::isa
