// SPDX-License-Identifier: Apache-2.0
// The handler sets a flag and nothing else; Reporter::cancelled() is where it is read.
#include "cli/signals.h"

#include <atomic>
#include <csignal>

namespace decibit::cli {
namespace {

std::atomic<bool> interrupt_seen{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch such");

void on_interrupt(int) { interrupt_seen.store(true, std::memory_order_relaxed); }

}  // namespace

void install_signal_handlers() {
  struct sigaction interrupt = {};
  interrupt.sa_handler = on_interrupt;
  // A second one finds the default. No SA_RESTART: opening a named pipe waits for its other end,
  // maybe for ever.
  interrupt.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&interrupt.sa_mask);
  sigaction(SIGINT, &interrupt, nullptr);
  sigaction(SIGTERM, &interrupt, nullptr);
  struct sigaction hangup = {};
  sigaction(SIGHUP, nullptr, &hangup);
  // nohup(1) starts programs with SIGHUP ignored, which is to stay so.
  if (hangup.sa_handler != SIG_IGN) sigaction(SIGHUP, &interrupt, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool interrupted() { return interrupt_seen.load(std::memory_order_relaxed); }

}  // namespace decibit::cli
