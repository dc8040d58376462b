// SPDX-License-Identifier: Apache-2.0
#include "kernels/pointwise.h"

namespace decibit::isa {

extern const Pointwise kAvx2Pointwise;
const Pointwise kAvx2Pointwise = {};

}  // namespace decibit::isa
