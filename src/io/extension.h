// SPDX-License-Identifier: Apache-2.0
// The extension of a file as the name of a format.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>

namespace decibit {

/// "srt" of "A.SRT": without the dot, in small ASCII letters; empty when there is none.
inline std::string extension_of(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  if (!extension.empty()) extension.erase(0, 1);
  std::ranges::transform(extension, extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return extension;
}

}  // namespace decibit
