// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx2/matvec_ops.h"
#include "kernels/simd/matvec.h"

namespace decibit::isa {

extern const Matvec kAvx2Matvec;
const Matvec kAvx2Matvec = matvec_table<MatvecOps>();

}  // namespace decibit::isa
