// SPDX-License-Identifier: Apache-2.0
#include "kernels/lstm.h"

namespace decibit::isa {

extern const Lstm kAvx512Lstm;
const Lstm kAvx512Lstm = {};

}  // namespace decibit::isa
