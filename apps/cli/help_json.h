// SPDX-License-Identifier: Apache-2.0
// --help for programs.
#pragma once

#include "cli/command.h"
#include "io/json.h"

namespace decibit::cli {

/// The table of a command: its name, summary, usage, arguments and flags; of program() also the
/// names of the commands.
Json help_json(const Command& command);

}  // namespace decibit::cli
