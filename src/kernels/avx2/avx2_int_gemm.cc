// SPDX-License-Identifier: Apache-2.0
#include "kernels/int_gemm.h"

namespace decibit::isa {

extern const IntGemm kAvx2IntGemm;
const IntGemm kAvx2IntGemm = {};

}  // namespace decibit::isa
