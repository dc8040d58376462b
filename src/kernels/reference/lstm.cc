// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/reference.h"

namespace decibit::isa {

const Lstm kReferenceLstm = {};

}  // namespace decibit::isa
