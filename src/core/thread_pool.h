// SPDX-License-Identifier: Apache-2.0
// A fixed set of threads that share loops. Results never depend on how many there are: callers
// split by shape, never by thread count, and reduce in a fixed order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace decibit {

class ThreadPool {
 public:
  /// `threads` workers including the caller; 0 means one per core of this process's affinity mask.
  /// Fewer where the system refuses to make that many.
  explicit ThreadPool(unsigned threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  unsigned size() const { return static_cast<unsigned>(workers_.size()) + 1; }

  /// Calls task(i) once for each i in [0, count), on any thread, and returns when all are done.
  /// After a task has thrown, no further one starts, and the first exception is thrown from here.
  /// The task must not call parallel_for of the same pool.
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& task);

 private:
  void work();
  void run_tasks(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  const std::function<void(std::size_t)>* task_ = nullptr;
  std::size_t next_ = 0, count_ = 0, running_ = 0;
  std::exception_ptr exception_;  // the first that a task of this loop threw
  bool stop_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace decibit
