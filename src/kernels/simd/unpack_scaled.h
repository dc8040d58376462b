// SPDX-License-Identifier: Apache-2.0
// The weights of a job: unpacked, then times feature_scale. A pass over the panel costs one product
// a weight, where hundreds are made with it.
#pragma once

#include <cstdint>

#include "kernels/gemm.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/unpack.h"

namespace decibit::isa {
namespace {

/// See unpack().
template <class V>
void unpack_scaled(const GemmJob& job, std::int64_t first, std::int64_t end, std::int64_t k0,
                   std::int64_t count, float* out, std::int64_t pitch) {
  unpack<V>(*job.w, first, end, k0, count, out, pitch);
  if (job.feature_scale == nullptr || first >= end) return;
  const auto scale = load_some<V>(job.feature_scale + first, end - first);
  for (std::int64_t i = 0; i < count; ++i)
    V::store(out + i * pitch, V::mul(V::load(out + i * pitch), scale));
}

}  // namespace
}  // namespace decibit::isa
