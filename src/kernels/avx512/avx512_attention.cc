// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention.h"
#include "kernels/avx512/vec.h"
#include "kernels/simd/attention.h"

namespace decibit::isa {
namespace {

using Kernel = AttentionKernel<Vec, 12, 2, 16>;

}  // namespace

extern const Attention kAvx512Attention;
const Attention kAvx512Attention = {Kernel::kStep, Kernel::scratch_bytes, Kernel::run};

}  // namespace decibit::isa
