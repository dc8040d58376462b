// SPDX-License-Identifier: Apache-2.0
// Whether two paths lead to one file, whatever they are called: by device and inode.
#pragma once

#include <filesystem>

namespace decibit::cli {

/// Whether `path` is what standard output goes to: /dev/stdout, /dev/fd/1, the file behind `>`.
bool is_standard_output(const std::filesystem::path& path);

}  // namespace decibit::cli
