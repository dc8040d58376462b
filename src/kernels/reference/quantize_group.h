// SPDX-License-Identifier: Apache-2.0
// The activations that integer products see: the rule of kernels/matvec.h, one group.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/matvec.h"

namespace decibit::isa {

/// out[i] = scale * code of x[i]; NaN everywhere if the group holds a NaN or an infinity.
inline void quantize_group(const float* x, std::int64_t n, float largest_code, double* out) {
  float largest = 0;
  bool finite = true;
  for (std::int64_t i = 0; i < n; ++i) {
    finite = finite && std::isfinite(x[i]);
    largest = std::max(largest, std::fabs(x[i]));
  }
  if (!finite) {
    std::fill_n(out, n, std::numeric_limits<double>::quiet_NaN());
    return;
  }
  const bool zero = largest < kSmallestQuantized;
  const float scale = zero ? 0 : largest / largest_code;
  const float inverse = zero ? 0 : largest_code / largest;
  for (std::int64_t i = 0; i < n; ++i) out[i] = double{scale} * std::nearbyint(x[i] * inverse);
}

}  // namespace decibit::isa
