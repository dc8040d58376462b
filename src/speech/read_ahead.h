// SPDX-License-Identifier: Apache-2.0
// Reads the next chunks of a text while the network speaks.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "core/reporter.h"
#include "core/result.h"
#include "speech/reader.h"

namespace decibit::speech {

/// One thread of its own, which is gone when this is. It is never more than kAhead chunks ahead.
class ReadAhead {
 public:
  static constexpr std::size_t kAhead = 3;

  explicit ReadAhead(Reader reader);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// Waits for the next chunk; false after the last. The reader's errors and exceptions come behind
  /// the chunks that it read before; kInterrupted soon after `reporter` is cancelled.
  Result<bool> next(ReadChunk& chunk, const Reporter& reporter);

 private:
  void run();
  bool put(ReadChunk chunk);

  Reader reader_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ReadChunk> ready_;
  bool ended_ = false;
  std::optional<Error> error_;
  std::exception_ptr exception_;
  std::thread thread_;
};

}  // namespace decibit::speech
