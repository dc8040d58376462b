// SPDX-License-Identifier: Apache-2.0
// Shell completion scripts, from the tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace decibit::cli {

/// "bash", "zsh", "fish"
std::vector<std::string> completion_shells();
/// The script of one of them.
std::string completion_script(std::string_view shell);

}  // namespace decibit::cli
