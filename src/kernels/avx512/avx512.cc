// SPDX-License-Identifier: Apache-2.0
// Compiled with the flags of its folder; nothing here may run before the CPU has been asked.
#include "kernels/avx512/vec.h"
#include "kernels/isa.h"
#include "kernels/simd/functions.h"

namespace decibit::isa {

extern const Functions kAvx512;
const Functions kAvx512 = {quantize<Vec>, dequantize<Vec>, cast<Vec>, first_nonfinite<Vec>};

}  // namespace decibit::isa
