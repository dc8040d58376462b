// SPDX-License-Identifier: Apache-2.0
// A fixed set of threads that share loops. Results never depend on how many there are: callers
// split by shape, never by thread count, and reduce in a fixed order.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/function_ref.h"

namespace decibit {

/// The layers of a model follow each other within microseconds, so a worker that runs out of work
/// spins for about 50 us before it sleeps; an idle pool costs no CPU. A loop allocates nothing.
class ThreadPool {
 public:
  /// `threads` workers including the caller; 0 means usable_cores(). Fewer where the system refuses
  /// to make that many.
  explicit ThreadPool(unsigned threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  unsigned size() const { return static_cast<unsigned>(workers_.size()) + 1; }

  /// Calls task(i) once for each i in [0, count), on any thread, and returns when all are done.
  /// After a task has thrown, no further one starts, and the first exception is thrown from here.
  /// The task must not call parallel_for of the same pool; several threads may call it, one loop
  /// then waits for the other.
  void parallel_for(std::size_t count, FunctionRef<void(std::size_t)> task) {
    parallel_for(count, [&](std::size_t i, unsigned) { task(i); });
  }
  /// The same with the number of the thread that runs the task, below size(): for scratch memory,
  /// never for results.
  void parallel_for(std::size_t count, FunctionRef<void(std::size_t, unsigned)> task);

 private:
  using Task = FunctionRef<void(std::size_t, unsigned)>;

  void work(unsigned thread);
  bool enter(std::uint32_t loop);
  void run_tasks(unsigned thread);
  void wait_until_nobody_is_in();

  // A loop is open while workers may still enter it. Its fields below change only while it is
  // closed and nobody is in, so whoever got in may read them.
  struct State {
    bool open;
    std::uint32_t inside;  // workers
    std::uint32_t loop;    // its number, so that a late worker cannot enter the next one unawares
  };
  static std::uint64_t pack(State s);
  static State unpack(std::uint64_t bits);

  std::mutex callers_;
  std::atomic<std::uint64_t> state_{0};
  std::atomic<std::uint32_t> loops_{0};  // number of the newest loop: what idle workers wait on
  std::atomic<std::uint32_t> left_{0};   // counts departures: what the caller waits on
  std::atomic<bool> stop_{false};
  const Task* task_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_{0};
  std::mutex exception_mutex_;
  std::exception_ptr exception_;  // the first that a task of this loop threw
  std::vector<std::thread> workers_;
};

}  // namespace decibit
