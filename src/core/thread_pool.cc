// SPDX-License-Identifier: Apache-2.0
#include "core/thread_pool.h"

#include <sched.h>

#include <utility>

namespace decibit {
namespace {

unsigned cores_of_this_process() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
    return static_cast<unsigned>(CPU_COUNT(&set));
  return std::thread::hardware_concurrency() > 0 ? std::thread::hardware_concurrency() : 1;
}

}  // namespace

ThreadPool::ThreadPool(unsigned threads) {
  if (threads == 0) threads = cores_of_this_process();
  try {
    for (unsigned i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
  } catch (const std::exception&) {
    // A limit on threads or memory (ulimit -u, -v): those that were made do the work.
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& t : workers_) t.join();
}

void ThreadPool::parallel_for(std::size_t count, const std::function<void(std::size_t)>& task) {
  std::unique_lock lock(mutex_);
  task_ = &task;
  next_ = 0;
  count_ = count;
  if (count > 1) wake_.notify_all();
  run_tasks(lock);
  done_.wait(lock, [this] { return running_ == 0; });
  task_ = nullptr;
  if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stop_ || (task_ != nullptr && next_ < count_); });
    if (stop_) return;
    run_tasks(lock);
  }
}

// Takes tasks until none is left, or one throws; the lock is held on entry and on return.
void ThreadPool::run_tasks(std::unique_lock<std::mutex>& lock) {
  while (next_ < count_) {
    const std::size_t i = next_++;
    const auto* task = task_;
    ++running_;
    lock.unlock();
    std::exception_ptr exception;
    try {
      (*task)(i);
    } catch (...) {
      exception = std::current_exception();
    }
    lock.lock();
    if (exception) {
      if (!exception_) exception_ = std::move(exception);
      next_ = count_;
    }
    if (--running_ == 0 && next_ >= count_) done_.notify_all();
  }
}

}  // namespace decibit
