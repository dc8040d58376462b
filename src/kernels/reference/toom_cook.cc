// SPDX-License-Identifier: Apache-2.0
// The definition of a convolution is its direct sum, so this is the reference's Gemm; what the fast
// algorithm loses is measured against it.
#include "kernels/reference/reference.h"

namespace decibit::isa {
namespace {

bool supports(const GemmJob&) { return true; }
std::size_t scratch_bytes(const GemmJob& job) { return kReferenceGemm.scratch_bytes(job); }
void multiply(const GemmJob& job) { kReferenceGemm.multiply(job); }

}  // namespace

const ToomCook kReferenceToomCook = {1, 1, supports, scratch_bytes, multiply};

}  // namespace decibit::isa
