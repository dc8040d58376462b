// SPDX-License-Identifier: Apache-2.0
#include "kernels/gemm.h"

namespace decibit::isa {

extern const Gemm kAvx2Gemm;
const Gemm kAvx2Gemm = {};

}  // namespace decibit::isa
