// SPDX-License-Identifier: Apache-2.0
#include "kernels/int_gemm.h"

namespace decibit::isa {

extern const IntGemm kAvx512IntGemm;
const IntGemm kAvx512IntGemm = {};

}  // namespace decibit::isa
