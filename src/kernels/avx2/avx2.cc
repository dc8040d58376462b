// SPDX-License-Identifier: Apache-2.0
// Compiled with the flags of its folder; nothing here may run before the CPU has been asked.
#include "kernels/avx2/vec.h"
#include "kernels/isa.h"
#include "kernels/simd/functions.h"

namespace decibit::isa {

extern const Functions kAvx2;
const Functions kAvx2 = {quantize<Vec>, dequantize<Vec>, cast<Vec>, first_nonfinite<Vec>};

}  // namespace decibit::isa
