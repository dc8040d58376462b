// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention.h"
#include "kernels/avx2/vec.h"
#include "kernels/simd/attention.h"

namespace decibit::isa {
namespace {

using Kernel = AttentionKernel<Vec, 6, 2, 8>;

}  // namespace

extern const Attention kAvx2Attention;
const Attention kAvx2Attention = {Kernel::kStep, Kernel::scratch_bytes, Kernel::run};

}  // namespace decibit::isa
