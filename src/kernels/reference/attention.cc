// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/reference.h"

namespace decibit::isa {

const Attention kReferenceAttention = {};

}  // namespace decibit::isa
