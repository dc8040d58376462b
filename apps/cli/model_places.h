// SPDX-License-Identifier: Apache-2.0
// Where a command finds its model when it is not told, or told by name.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "cli/values.h"
#include "core/result.h"

namespace decibit::cli {

struct ModelSize {
  std::string_view name;
  std::string_view ending;
};

struct ModelPlaces {
  std::string_view model;      // "Kokoro", for messages
  const char* variable;        // of the environment: a path or a Hub name
  std::string_view installed;  // by scripts/demo.sh, below decibit/models among the user's data
  std::span<const std::string_view> repositories;  // on the Hub, the best first
  /// Short names, of "<family><ending>" on the Hub.
  std::string_view family = {};
  std::span<const ModelSize> sizes = {};
};

/// The folder of --model: a path, or a Hub name that the Hub's cache has. Without --model the first
/// there is of: the variable, what scripts/demo.sh installed among the user's data, a repository in
/// the Hub's cache (only with its config.json). kNotFound for a path or name that leads nowhere,
/// and when there is none of the three.
Result<std::filesystem::path> model_folder(const Values& values, const ModelPlaces& places);

/// The error of loading `folder`, with the variable before it where that names the folder.
Error with_variable(const Error& error, const char* variable, const std::filesystem::path& folder);

}  // namespace decibit::cli
