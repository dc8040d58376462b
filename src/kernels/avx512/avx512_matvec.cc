// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx512/matvec_ops.h"
#include "kernels/simd/matvec.h"

namespace decibit::isa {

extern const Matvec kAvx512Matvec;
const Matvec kAvx512Matvec = matvec_table<MatvecOps>();

}  // namespace decibit::isa
