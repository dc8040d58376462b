// SPDX-License-Identifier: Apache-2.0
#include "kernels/matvec.h"

namespace decibit::isa {

extern const Matvec kAvx512Matvec;
const Matvec kAvx512Matvec = {};

}  // namespace decibit::isa
