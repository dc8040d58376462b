// SPDX-License-Identifier: Apache-2.0
#include "kernels/gemm.h"

namespace decibit::isa {

extern const Gemm kAvx512Gemm;
const Gemm kAvx512Gemm = {};

}  // namespace decibit::isa
