// SPDX-License-Identifier: Apache-2.0
// Whether two paths lead to one file, whatever they are called: by device and inode.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "core/result.h"

namespace decibit::cli {

/// Whether `path` is what standard output goes to: /dev/stdout, /dev/fd/1, the file behind `>`.
bool is_standard_output(const std::filesystem::path& path);

/// A file and the flag that names it.
struct FlagFile {
  std::string_view flag;
  std::filesystem::path path;
};

/// kUsage when one of `outputs` is one of `inputs`, which would be gone, --force or not. Only files
/// on a disk: a terminal may be both.
Status refuse_same_file(std::span<const FlagFile> inputs, std::span<const FlagFile> outputs);

}  // namespace decibit::cli
