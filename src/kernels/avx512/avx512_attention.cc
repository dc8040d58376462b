// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention.h"

namespace decibit::isa {

extern const Attention kAvx512Attention;
const Attention kAvx512Attention = {};

}  // namespace decibit::isa
