// SPDX-License-Identifier: Apache-2.0
// A program that runs beside this one and writes into a pipe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/reporter.h"
#include "core/result.h"

namespace decibit {

/// In a process group of its own, so that Ctrl-C reaches this process only; killed by the
/// destructor. It ends by itself when this process dies, as it has nobody left to write to.
class ChildProcess {
 public:
  /// arguments[0] is looked up on PATH; there is no shell. Its standard input is the file that
  /// `input` has open. kNotFound when there is no such program.
  static Result<ChildProcess> start(const std::vector<std::string>& arguments, int input);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  /// The next bytes that it writes: as many as `out` holds, fewer at the end only. kInterrupted
  /// soon after the reporter asks to stop.
  Result<std::size_t> read(std::span<std::byte> out, const Reporter& reporter);
  /// After the end: waits for it, and says whether it was content.
  Result<bool> succeeded(const Reporter& reporter);
  /// The last line of its standard error so far, without control characters.
  std::string last_complaint() const;

 private:
  ChildProcess() = default;
  /// Waits until there is output, or with `output` < 0 until the complaints have ended.
  Status wait_for(int output, const Reporter& reporter);
  void take_complaints();

  pid_t process_ = -1;
  int output_ = -1, complaints_ = -1;
  std::string complaint_;
};

}  // namespace decibit
