// SPDX-License-Identifier: Apache-2.0
// Paths as users write them, and how they are told from names on the Hub.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace decibit::cli {

/// "org/name" or "org/name@revision". What starts with "./", "../", "/" or "~" never is one.
bool looks_like_hub_name(std::string_view text);

/// The folder or file that `flag` names. kNotFound when it does not exist; kUsage for a Hub name,
/// with the way to download it, and for a repository of the Hub's cache, with the folder meant.
Result<std::filesystem::path> existing_path(std::string_view flag, const std::string& text);

}  // namespace decibit::cli
