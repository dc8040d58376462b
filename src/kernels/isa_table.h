// SPDX-License-Identifier: Apache-2.0
// From the plain functions of an instruction set to a KernelTable.
#pragma once

#include "kernels/kernel_table.h"

namespace decibit {

extern const KernelTable kAvx2Table;
extern const KernelTable kAvx512Table;

}  // namespace decibit
