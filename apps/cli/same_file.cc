// SPDX-License-Identifier: Apache-2.0
#include "cli/same_file.h"

#include <sys/stat.h>
#include <unistd.h>

namespace decibit::cli {

bool is_standard_output(const std::filesystem::path& path) {
  struct stat named = {}, output = {};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(STDOUT_FILENO, &output) == 0 &&
         named.st_dev == output.st_dev && named.st_ino == output.st_ino;
}

}  // namespace decibit::cli
