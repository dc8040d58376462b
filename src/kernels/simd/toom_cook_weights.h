// SPDX-License-Identifier: Apache-2.0
// Weights of kNr features, [tap][channel][feature] as unpacked, to [point][split *
// channel][feature].
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/gemm.h"
#include "kernels/simd/toom_cook_product.h"
#include "kernels/simd/toom_cook_transform.h"
#include "kernels/simd/unpack_scaled.h"

namespace decibit::isa {
namespace {

/// Channels unpacked at a time; whole groups of every scheme.
constexpr std::int64_t kWeightBlock = 128;

template <class V, class P, int count>
void transform_split(const float* taps, std::int64_t channels, float* out, std::int64_t stride) {
  constexpr std::int64_t kNr = kFeatureVectors * V::kLanes;
  for (std::int64_t i = 0; i < channels * kNr; i += V::kLanes)
    transform_weights<V, P, count>(taps + i, kWeightBlock * kNr, out + i, stride);
}

/// `features` <= kNr rows of the weights from `first` on, lanes beyond them repeat the last;
/// `channels` is padded to whole vectors.
template <class V, class P>
void transform_panel(const GemmJob& job, std::int64_t first, std::int64_t features,
                     std::int64_t channels, float* staging, float* out, std::int64_t point_stride) {
  constexpr std::int64_t kNr = kFeatureVectors * V::kLanes;
  const std::int64_t splits = (job.taps + P::kTaps - 1) / P::kTaps;
  for (std::int64_t c0 = 0; c0 < channels; c0 += kWeightBlock) {
    const std::int64_t padded = channels - c0 < kWeightBlock ? channels - c0 : kWeightBlock;
    const std::int64_t count = job.channels - c0 < padded ? job.channels - c0 : padded;
    for (int j = 0; j < job.taps; ++j) {
      float* tap = staging + j * kWeightBlock * kNr;
      for (std::int64_t v = 0; v < kNr; v += V::kLanes)
        unpack_scaled<V>(job, first + v, first + features, job.tap_index[j] * job.channels + c0,
                         count, tap + v, kNr);
      for (std::int64_t i = count * kNr; i < padded * kNr; i += V::kLanes)
        V::store(tap + i, V::zero());
    }
    for (std::int64_t s = 0; s < splits; ++s) {
      const float* taps = staging + s * P::kTaps * kWeightBlock * kNr;
      float* to = out + (s * channels + c0) * kNr;
      if (job.taps - s * P::kTaps >= P::kTaps)
        transform_split<V, P, P::kTaps>(taps, padded, to, point_stride);
      else
        transform_split<V, P, P::kTaps - 1>(taps, padded, to, point_stride);
    }
  }
}

}  // namespace
}  // namespace decibit::isa
