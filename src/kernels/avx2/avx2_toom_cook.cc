// SPDX-License-Identifier: Apache-2.0
#include "kernels/toom_cook.h"

namespace decibit::isa {

extern const ToomCook kAvx2ToomCook;
const ToomCook kAvx2ToomCook = {};

}  // namespace decibit::isa
