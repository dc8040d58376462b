// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx512/vec.h"
#include "kernels/simd/pointwise.h"

namespace decibit::isa {

extern const Pointwise kAvx512Pointwise;
const Pointwise kAvx512Pointwise = pointwise<Vec>();

}  // namespace decibit::isa
