// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx2/matvec_ops.h"
#include "kernels/int_gemm.h"
#include "kernels/simd/int_gemm.h"

namespace decibit::isa {
namespace {

// Eight sums of sixteen registers: products and their operands take the others.
template <class Block>
using Kernel = IntGemmKernel<MatvecOps, Block, 4, 2, 1024, 128>;
using Table = IntGemmTable<MatvecOps, Kernel<ByteBlock<MatvecOps>>, Kernel<WordBlock<MatvecOps>>>;

}  // namespace

extern const IntGemm kAvx2IntGemm;
const IntGemm kAvx2IntGemm = Table::table();

}  // namespace decibit::isa
