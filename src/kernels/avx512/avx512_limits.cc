// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx512/matvec_ops.h"
#include "kernels/simd/limits.h"

namespace decibit::isa {

extern const Limits kAvx512Limits;
const Limits kAvx512Limits = limits_table<MatvecOps>();

}  // namespace decibit::isa
