// SPDX-License-Identifier: Apache-2.0
// When to draw, when to print, when to be silent; what the line says is progress_line.cc.
#include "cli/console_reporter.h"

#include <cstdio>

#include "cli/process.h"
#include "cli/report_values.h"
#include "cli/signals.h"

namespace decibit::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{80};
constexpr std::chrono::seconds kLogEvery{10};

/// One write for one change of the screen, so that nothing flickers.
void write_error_stream(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

ConsoleReporter::ConsoleReporter(const Terminal& terminal, bool quiet)
    : terminal_(terminal), quiet_(quiet), stage_start_(Clock::now()), last_shown_(stage_start_) {}

void ConsoleReporter::note(std::string_view text) {
  if (!quiet_) print(marked_text(terminal_.dim("note") + "  ", 6, std::string(text), terminal_));
}

void ConsoleReporter::warn(std::string_view text) {
  warnings_.emplace_back(text);
  if (!quiet_)
    print(marked_text(terminal_.yellow("warning:") + " ", 9, std::string(text), terminal_));
}

void ConsoleReporter::progress(const Progress& progress) {
  if (quiet_) return;
  const bool new_stage = stage_ != progress.stage;
  if (new_stage) {
    stage_ = progress.stage;
    stage_start_ = Clock::now();
    stage_start_bytes_ = progress.done_bytes;
  }
  if (!due(new_stage)) return;
  last_shown_ = Clock::now();
  const double seconds = std::chrono::duration<double>(last_shown_ - stage_start_).count();
  const Pace pace = {seconds, stage_start_bytes_, current_memory_bytes()};
  if (terminal_.live) {
    write_error_stream("\r" + progress_bar_line(progress, pace, terminal_) + "\x1b[K");
    bar_shown_ = true;
  } else {
    print(progress_log_line(progress, pace) + "\n");
  }
}

bool ConsoleReporter::due(bool new_stage) {
  const Clock::duration since = Clock::now() - last_shown_;
  return terminal_.live ? new_stage || since >= kRedraw : since >= kLogEvery;
}

bool ConsoleReporter::cancelled() const { return interrupted(); }

void ConsoleReporter::clear_bar() {
  if (!bar_shown_) return;
  write_error_stream("\r\x1b[K");
  bar_shown_ = false;
}

void ConsoleReporter::print(std::string_view lines) {
  const std::string clear = bar_shown_ ? "\r\x1b[K" : "";
  bar_shown_ = false;
  write_error_stream(clear + std::string(lines));
}

}  // namespace decibit::cli
