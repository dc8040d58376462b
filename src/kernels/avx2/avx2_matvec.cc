// SPDX-License-Identifier: Apache-2.0
#include "kernels/matvec.h"

namespace decibit::isa {

extern const Matvec kAvx2Matvec;
const Matvec kAvx2Matvec = {};

}  // namespace decibit::isa
