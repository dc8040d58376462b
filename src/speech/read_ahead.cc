// SPDX-License-Identifier: Apache-2.0
#include "speech/read_ahead.h"

#include <chrono>
#include <utility>

namespace decibit::speech {
namespace {

constexpr std::chrono::milliseconds kAskReporter{50};

}  // namespace

ReadAhead::ReadAhead(Reader reader) : reader_(std::move(reader)), thread_([this] { run(); }) {}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    stop_.store(true);
  }
  changed_.notify_all();
  thread_.join();
}

Result<bool> ReadAhead::next(ReadChunk& chunk, const Reporter& reporter) {
  std::unique_lock lock(mutex_);
  while (ready_.empty() && !ended_) {
    if (reporter.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");
    changed_.wait_for(lock, kAskReporter);
  }
  if (!ready_.empty()) {
    chunk = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return true;
  }
  if (exception_) std::rethrow_exception(exception_);
  if (error_) return Unexpected(*error_);
  return false;
}

void ReadAhead::run() {
  std::optional<Error> error;
  std::exception_ptr exception;
  try {
    while (true) {
      ReadChunk chunk;
      const Result<bool> more = reader_.next(chunk, stop_);
      if (!more) error = more.error();
      if (!more || !*more || !put(std::move(chunk))) break;
    }
  } catch (...) {  // memory, or a source of the caller's: thrown again where it is waited for
    exception = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  error_ = std::move(error);
  exception_ = exception;
  ended_ = true;
  changed_.notify_all();
}

/// False if nobody wants more.
bool ReadAhead::put(ReadChunk chunk) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ready_.size() < kAhead || stop_.load(); });
  if (stop_.load()) return false;
  ready_.push_back(std::move(chunk));
  changed_.notify_all();
  return true;
}

}  // namespace decibit::speech
