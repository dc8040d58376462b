// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention.h"

namespace decibit::isa {

extern const Attention kAvx2Attention;
const Attention kAvx2Attention = {};

}  // namespace decibit::isa
