// SPDX-License-Identifier: Apache-2.0
// --help, from the tables.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/terminal.h"

namespace decibit::cli {

/// "decibit convert --hf-path PATH [FLAGS]"
std::string usage_line(const Command& command);
/// "-q, --quantize", "--q-bits N", "--tensors [REGEX]"
std::string flag_synopsis(const Flag& flag);
/// The flag's help with its choices and default: "Number format. One of affine, mxfp4 (default:
/// affine)".
std::string flag_text(const Flag& flag);
/// The groups of a command's flags, in table order.
std::vector<std::string_view> flag_groups(const Command& command);

/// The whole page of one command.
std::string help_text(const Command& command, const Terminal& terminal);
/// The page of decibit itself: its commands and exit codes.
std::string program_help_text(const Terminal& terminal);

}  // namespace decibit::cli
