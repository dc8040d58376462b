// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx512/matvec_ops.h"
#include "kernels/int_gemm.h"
#include "kernels/simd/int_gemm.h"

namespace decibit::isa {
namespace {

// Sixteen sums of 32 registers: enough chains, and few rows lost at the end of a chunk.
template <class Block>
using Kernel = IntGemmKernel<MatvecOps, Block, 8, 2, 1024, 256>;
using Table = IntGemmTable<MatvecOps, Kernel<ByteBlock<MatvecOps>>, Kernel<WordBlock<MatvecOps>>>;

}  // namespace

extern const IntGemm kAvx512IntGemm;
const IntGemm kAvx512IntGemm = Table::table();

}  // namespace decibit::isa
