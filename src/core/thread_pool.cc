// SPDX-License-Identifier: Apache-2.0
#include "core/thread_pool.h"

#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/cores.h"

namespace decibit {
namespace {

void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");  // `yield` returns at once on most cores
#endif
}

// Waits until `value` is no longer `old`: first spinning, then asleep.
template <class T>
void wait_for_change(const std::atomic<T>& value, T old) {
  constexpr int kSpins = 1000;  // about 50 us
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    relax();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

std::uint64_t ThreadPool::pack(State s) {
  return std::uint64_t{s.loop} << 32 | std::uint64_t{s.inside} << 1 | (s.open ? 1 : 0);
}

ThreadPool::State ThreadPool::unpack(std::uint64_t bits) {
  return {(bits & 1) != 0, static_cast<std::uint32_t>(bits >> 1 & 0x7FFFFFFF),
          static_cast<std::uint32_t>(bits >> 32)};
}

ThreadPool::ThreadPool(unsigned threads) {
  if (threads == 0) threads = usable_cores();
  try {
    workers_.reserve(threads - 1);
    for (unsigned i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  } catch (const std::exception&) {
    // A limit on threads or memory (ulimit -u, -v): those that were made do the work.
  }
}

ThreadPool::~ThreadPool() {
  stop_.store(true);
  loops_.fetch_add(1);
  loops_.notify_all();
  for (std::thread& t : workers_) t.join();
}

void ThreadPool::parallel_for(std::size_t count, FunctionRef<void(std::size_t, unsigned)> task) {
  const std::lock_guard one_loop_at_a_time(callers_);
  if (count <= 1 || workers_.empty()) {
    for (std::size_t i = 0; i < count; ++i) task(i, 0);
    return;
  }
  task_ = &task;
  count_ = count;
  next_.store(0, std::memory_order_relaxed);
  const std::uint32_t loop = loops_.load(std::memory_order_relaxed) + 1;
  state_.store(pack({true, 0, loop}), std::memory_order_release);
  loops_.store(loop, std::memory_order_release);
  loops_.notify_all();
  run_tasks(0);
  wait_until_nobody_is_in();
  if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
}

void ThreadPool::wait_until_nobody_is_in() {
  state_.fetch_and(~std::uint64_t{1}, std::memory_order_acq_rel);  // closed
  while (true) {
    const std::uint32_t left = left_.load(std::memory_order_acquire);
    if (unpack(state_.load(std::memory_order_acquire)).inside == 0) return;
    wait_for_change(left_, left);
  }
}

void ThreadPool::work(unsigned thread) {
  std::uint32_t seen = 0;
  while (true) {
    wait_for_change(loops_, seen);
    if (stop_.load()) return;
    seen = loops_.load(std::memory_order_acquire);
    if (!enter(seen)) continue;
    run_tasks(thread);
    state_.fetch_sub(pack({false, 1, 0}), std::memory_order_acq_rel);
    left_.fetch_add(1, std::memory_order_release);
    left_.notify_one();
  }
}

bool ThreadPool::enter(std::uint32_t loop) {
  std::uint64_t bits = state_.load(std::memory_order_acquire);
  while (true) {
    State s = unpack(bits);
    if (!s.open || s.loop != loop) return false;
    ++s.inside;
    if (state_.compare_exchange_weak(bits, pack(s), std::memory_order_acq_rel)) return true;
  }
}

// Takes tasks until none is left, or one throws.
void ThreadPool::run_tasks(unsigned thread) {
  while (true) {
    const std::size_t i = next_.fetch_add(1, std::memory_order_relaxed);
    if (i >= count_) return;
    try {
      (*task_)(i, thread);
    } catch (...) {
      const std::lock_guard lock(exception_mutex_);
      if (!exception_) exception_ = std::current_exception();
      next_.store(count_, std::memory_order_relaxed);
    }
  }
}

}  // namespace decibit
