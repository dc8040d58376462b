// SPDX-License-Identifier: Apache-2.0
// The real program as a child process with its streams kept apart, for what only a process has: a
// terminal, a reader that leaves, signals.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace decibit::testing {

struct ChildOptions {
  std::vector<std::string> environment = {};  // "NO_COLOR=1", beside a plain UTF-8 one
  bool on_terminal = false;                   // both streams are one pseudo terminal of 100 columns
  bool stdin_closed = false;                  // as `<&-` does
  bool reader_leaves = false;                 // standard output is a pipe that nobody reads
  std::string stdout_file = {};               // standard output goes there instead
  std::string called_as = "decibit";          // argv[0]
  /// Sent once this text has appeared on standard error (or the terminal).
  int signal = 0;
  std::string signal_after = {};
};

struct ChildResult {
  int exit_code = -1;  // as a shell shows it: 128 + the signal that ended it
  std::string out;     // with a terminal: everything
  std::string err;
};

/// Runs `decibit words...` to its end.
ChildResult run_child(const std::vector<std::string>& words, const ChildOptions& options = {});

}  // namespace decibit::testing
