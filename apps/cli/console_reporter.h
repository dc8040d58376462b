// SPDX-License-Identifier: Apache-2.0
// Tells whoever sits at standard error what goes on: a bar that is redrawn on a terminal, a plain
// line each ten seconds in a log, nothing when quiet.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/progress_line.h"
#include "cli/terminal.h"
#include "core/reporter.h"

namespace decibit::cli {

class ConsoleReporter : public Reporter {
 public:
  ConsoleReporter(const Terminal& terminal, bool quiet);
  ~ConsoleReporter() override { clear_bar(); }
  ConsoleReporter(const ConsoleReporter&) = delete;
  ConsoleReporter& operator=(const ConsoleReporter&) = delete;

  void note(std::string_view text) override;
  void warn(std::string_view text) override;
  void progress(const Progress& progress) override;
  bool cancelled() const override;

  /// Takes the bar off the screen, before something else is printed.
  void clear_bar();
  /// Everything warned of, quiet or not.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  using Clock = std::chrono::steady_clock;
  void print(std::string_view lines);
  bool due(bool new_stage);

  Terminal terminal_;
  bool quiet_;
  bool bar_shown_ = false;
  std::string stage_;
  std::uint64_t stage_start_bytes_ = 0;
  Clock::time_point stage_start_, last_shown_;
  std::vector<std::string> warnings_;
};

}  // namespace decibit::cli
