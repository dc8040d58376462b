// SPDX-License-Identifier: Apache-2.0
#include "cli/same_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

namespace decibit::cli {

bool is_standard_output(const std::filesystem::path& path) {
  struct stat named = {}, output = {};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(STDOUT_FILENO, &output) == 0 &&
         named.st_dev == output.st_dev && named.st_ino == output.st_ino;
}

Status refuse_same_file(std::span<const FlagFile> inputs, std::span<const FlagFile> outputs) {
  for (const FlagFile& output : outputs) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(output.path, ignored)) continue;
    for (const FlagFile& input : inputs) {
      if (std::filesystem::equivalent(input.path, output.path, ignored))
        return fail(ErrorCode::kUsage,
                    fmt::format("{} {} would be written over {} {}: they are one file", output.flag,
                                output.path.string(), input.flag, input.path.string()),
                    fmt::format("another {}", output.flag));
    }
  }
  return {};
}

}  // namespace decibit::cli
