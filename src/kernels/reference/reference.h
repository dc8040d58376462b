// SPDX-License-Identifier: Apache-2.0
// The table that runs everywhere: the rules of quant/, one element at a time.
#pragma once

#include "kernels/kernel_table.h"

namespace decibit {

extern const KernelTable kReferenceTable;

namespace isa {

extern const Matvec kReferenceMatvec;
extern const Gemm kReferenceGemm;
extern const IntGemm kReferenceIntGemm;
extern const ToomCook kReferenceToomCook;
extern const Attention kReferenceAttention;
extern const Lstm kReferenceLstm;
extern const Pointwise kReferencePointwise;
extern const Limits kReferenceLimits;

}  // namespace isa

}  // namespace decibit
