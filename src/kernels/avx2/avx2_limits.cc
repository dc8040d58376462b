// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx2/matvec_ops.h"
#include "kernels/simd/limits.h"

namespace decibit::isa {

extern const Limits kAvx2Limits;
const Limits kAvx2Limits = limits_table<MatvecOps>();

}  // namespace decibit::isa
