// SPDX-License-Identifier: Apache-2.0
// The scales of integer activations: the rule of kernels/matvec.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/matvec.h"

namespace decibit::isa {
namespace {

/// Scale and inverse of each group; NaN as the scale of one that is not finite.
template <class V>
void fit_groups(const float* x, std::int64_t groups, std::int64_t group, float largest_code,
                float* scales, float* inverses) {
  for (std::int64_t g = 0; g < groups; ++g, x += group) {
    auto largest = V::zero();
    auto zero_or_nan = V::zero();
    for (std::int64_t i = 0; i < group; i += V::kLanes) {
      const auto a = V::load(x + i);
      largest = V::max(V::abs(a), largest);
      zero_or_nan = V::fma(a, V::zero(), zero_or_nan);
    }
    const float a = V::reduce_max(largest);
    const bool quantizes = a >= kSmallestQuantized;
    scales[g] = quantizes ? a / largest_code : 0;
    inverses[g] = quantizes ? largest_code / a : 0;
    if (V::any_nonzero(zero_or_nan)) {
      scales[g] = __builtin_nanf("");
      inverses[g] = 0;
    }
  }
}

}  // namespace
}  // namespace decibit::isa
