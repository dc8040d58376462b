// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx512/vec.h"
#include "kernels/gemm.h"
#include "kernels/simd/gemm.h"

namespace decibit::isa {
namespace {

using Kernel = GemmKernel<Vec, 12, 2, 384, 256>;

}  // namespace

extern const Gemm kAvx512Gemm;
const Gemm kAvx512Gemm = {Kernel::kPanel,   Kernel::kChunkRows, Kernel::scratch_bytes,
                          Kernel::multiply, Kernel::kPackStep,  Kernel::packed_bytes,
                          Kernel::pack};

}  // namespace decibit::isa
