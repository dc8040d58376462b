// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx2/vec.h"
#include "kernels/lstm.h"
#include "kernels/simd/lstm.h"

namespace decibit::isa {

extern const Lstm kAvx2Lstm;
const Lstm kAvx2Lstm = {lstm_unpacked_bytes<Vec>, lstm_unpack<Vec>, lstm_run<Vec>};

}  // namespace decibit::isa
