// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx2/vec.h"
#include "kernels/simd/pointwise.h"

namespace decibit::isa {

extern const Pointwise kAvx2Pointwise;
const Pointwise kAvx2Pointwise = pointwise<Vec>();

}  // namespace decibit::isa
