// SPDX-License-Identifier: Apache-2.0
// What `decibit bench kernels` prints.
#pragma once

#include "bench/measure.h"
#include "cli/outcome.h"

namespace decibit::cli {

Outcome bench_report(const bench::Report& report);

}  // namespace decibit::cli
