// SPDX-License-Identifier: Apache-2.0
#include "kernels/lstm.h"

namespace decibit::isa {

extern const Lstm kAvx2Lstm;
const Lstm kAvx2Lstm = {};

}  // namespace decibit::isa
