// SPDX-License-Identifier: Apache-2.0
// What a conversion ends with: the table of components, notes, time and memory.
#pragma once

#include "cli/outcome.h"
#include "convert/convert.h"

namespace decibit::cli {

Outcome convert_report(const ConvertOptions& options, const ConvertSummary& summary,
                       double seconds);

}  // namespace decibit::cli
