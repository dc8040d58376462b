// SPDX-License-Identifier: Apache-2.0
#include "cli/environment.h"

#include <cstdlib>

namespace decibit::cli {

std::optional<std::filesystem::path> environment_path(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value == '\0') return {};
  return expand_home(value);
}

std::filesystem::path user_folder(const char* variable, const char* below_home) {
  const auto folder = environment_path(variable);
  if (folder && folder->is_absolute()) return *folder;
  const auto home = environment_path("HOME");
  return home ? *home / below_home : std::filesystem::path();
}

std::filesystem::path expand_home(const std::string& path) {
  if (path != "~" && !path.starts_with("~/")) return path;
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return path;
  return std::string(home) + path.substr(1);
}

}  // namespace decibit::cli
