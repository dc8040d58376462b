// SPDX-License-Identifier: Apache-2.0
// From words to Values, by the table of a command.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/values.h"
#include "core/result.h"

namespace decibit::cli {

/// Writes '-' for '_' in the names of long flags ("--hf_path=x_y" becomes "--hf-path=x_y"), as
/// mlx-audio's commands spell them both ways. Values, and everything after "--", stay as they are.
std::vector<std::string> normalise_flag_names(std::vector<std::string> words);

/// `words`: what follows the command's name. kUsage, with the nearest names, for flags and values
/// that do not exist, values that are missing, and words too many. With --help among the words,
/// what is required may be missing.
Result<Values> parse(const Command& command, std::vector<std::string> words);

}  // namespace decibit::cli
