// SPDX-License-Identifier: Apache-2.0
#include "kernels/toom_cook.h"

namespace decibit::isa {

extern const ToomCook kAvx512ToomCook;
const ToomCook kAvx512ToomCook = {};

}  // namespace decibit::isa
