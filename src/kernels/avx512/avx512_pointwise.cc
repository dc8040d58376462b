// SPDX-License-Identifier: Apache-2.0
#include "kernels/pointwise.h"

namespace decibit::isa {

extern const Pointwise kAvx512Pointwise;
const Pointwise kAvx512Pointwise = {};

}  // namespace decibit::isa
