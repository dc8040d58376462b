// SPDX-License-Identifier: Apache-2.0
// The program run inside a test: words in; exit code and both streams out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace decibit::testing {

struct CommandRun {
  int exit_code = 0;
  std::string out, err;
};

/// cli::run with standard output and standard error caught.
CommandRun run_command(const std::vector<std::string>& words);

/// decibit convert --hf-path SOURCE --mlx-path TARGET FLAGS...
CommandRun run_convert(const std::filesystem::path& source, const std::filesystem::path& target,
                       const std::vector<std::string>& flags = {});

/// A folder of this process below the system's temporary one, removed when the process ends.
const std::filesystem::path& scratch_root();

/// An empty folder with a name of its own below scratch_root(), removed at the end of its scope.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace decibit::testing
