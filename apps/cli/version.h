// SPDX-License-Identifier: Apache-2.0
// Which build this is.
#pragma once

#include <string_view>

#include "cli/outcome.h"

namespace decibit::cli {

// Defined in a file that version.cmake writes at build time.
extern const std::string_view kVersion;  // "0.1.0"
extern const std::string_view kCommit;   // "8cab3fc0d1e2", "-dirty" appended; empty outside a clone

/// decibit --version: version, commit, the instruction set chosen on this machine, licence.
Outcome version_report();

}  // namespace decibit::cli
