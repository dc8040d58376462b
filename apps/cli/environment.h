// SPDX-License-Identifier: Apache-2.0
// Folders that the environment names.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace decibit::cli {

/// A variable as a path, with ~ expanded; none when it is unset or empty.
std::optional<std::filesystem::path> environment_path(const char* variable);

/// A base folder of the XDG specification: the variable, else `below_home` in $HOME. Relative
/// values are ignored, as it says. Empty without a home.
std::filesystem::path user_folder(const char* variable, const char* below_home);

/// "~/x" and "~" with $HOME for the tilde; the shell does not do it in "--hf-path=~/x".
std::filesystem::path expand_home(const std::string& path);

}  // namespace decibit::cli
