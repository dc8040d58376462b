// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx2/vec.h"
#include "kernels/gemm.h"
#include "kernels/simd/gemm.h"

namespace decibit::isa {
namespace {

using Kernel = GemmKernel<Vec, 6, 2, 384, 128>;

}  // namespace

extern const Gemm kAvx2Gemm;
const Gemm kAvx2Gemm = {Kernel::kPanel,   Kernel::kChunkRows, Kernel::scratch_bytes,
                        Kernel::multiply, Kernel::kPackStep,  Kernel::packed_bytes,
                        Kernel::pack};

}  // namespace decibit::isa
