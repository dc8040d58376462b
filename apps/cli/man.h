// SPDX-License-Identifier: Apache-2.0
// Manual pages in roff (man(7) macros), from the tables.
#pragma once

#include <string>

#include "cli/command.h"

namespace decibit::cli {

/// decibit-convert(1) for a command, decibit(1) for program().
std::string man_page(const Command& command);

}  // namespace decibit::cli
