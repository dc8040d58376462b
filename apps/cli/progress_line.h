// SPDX-License-Identifier: Apache-2.0
// One line that says how far a long operation is.
#pragma once

#include <cstdint>
#include <string>

#include "cli/terminal.h"
#include "core/reporter.h"

namespace decibit::cli {

struct Pace {
  double seconds = 0;              // since this stage began
  std::uint64_t start_bytes = 0;   // done when it began
  std::uint64_t memory_bytes = 0;  // resident now; 0: unknown
};

/// "quantizing  encoder.blocks.3.mlp1  ━━━━━╸─────  46 %  0.68/1.49 GB  410 MB/s  eta 0:02  mem 61
/// MB" in at most terminal.columns - 1 columns; parts at the end go first when it is narrow.
std::string progress_bar_line(const Progress& progress, const Pace& pace, const Terminal& terminal);

/// "quantizing: 46 %, 0.68 of 1.49 GB, 410 MB/s, eta 0:02", for a log.
std::string progress_log_line(const Progress& progress, const Pace& pace);

}  // namespace decibit::cli
