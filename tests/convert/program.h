// SPDX-License-Identifier: Apache-2.0
// The real program as a child process, for what cannot be tried inside the test: signals, limits
// and other users.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace decibit::testing {

struct ProgramLimits {
  std::optional<std::uint64_t> file_bytes = {};  // RLIMIT_FSIZE
  bool as_nobody = false;                        // gives up root's rights first
};

/// What a child exits with when it cannot become nobody, or nobody cannot run the program.
constexpr int kCannotStart = 126;

class Program {
 public:
  /// Starts `decibit words...`; both streams go to a file.
  Program(const std::vector<std::string>& words, const std::filesystem::path& output,
          const ProgramLimits& limits = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  bool running();
  void send(int signal);
  /// The exit code, or minus the number of the signal that ended it.
  int wait();

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// Starts it and waits; the exit code.
int run_program(const std::vector<std::string>& words, const std::filesystem::path& output,
                const ProgramLimits& limits = {});

}  // namespace decibit::testing
