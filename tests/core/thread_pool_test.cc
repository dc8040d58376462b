// SPDX-License-Identifier: Apache-2.0
#include "core/thread_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace decibit {
namespace {

class Threads : public testing::TestWithParam<unsigned> {};

TEST_P(Threads, EachTaskRunsOnce) {
  ThreadPool pool(GetParam());
  EXPECT_EQ(pool.size(), GetParam());
  for (std::size_t count : {0u, 1u, 2u, 7u, 1000u}) {
    std::vector<std::atomic<int>> runs(count);
    pool.parallel_for(count, [&](std::size_t i) { ++runs[i]; });
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(runs[i], 1) << i << " of " << count;
  }
}

TEST_P(Threads, ThePoolCanBeUsedAgainAndAgain) {
  ThreadPool pool(GetParam());
  std::atomic<std::size_t> sum = 0;
  for (int round = 0; round < 500; ++round) pool.parallel_for(10, [&](std::size_t i) { sum += i; });
  EXPECT_EQ(sum, 500u * 45u);
}

TEST_P(Threads, AnExceptionReachesTheCallerAndThePoolGoesOn) {
  ThreadPool pool(GetParam());
  for (int round = 0; round < 100; ++round) {
    std::atomic<std::size_t> runs = 0;
    const auto task = [&](std::size_t i) {
      ++runs;
      if (i >= 3) throw std::out_of_range(std::to_string(i));
    };
    EXPECT_THROW(pool.parallel_for(1000, task), std::out_of_range);
    EXPECT_LE(runs, 3 + GetParam()) << "tasks were started after the first had thrown";
    pool.parallel_for(3, task);
  }
}

TEST_P(Threads, TasksLearnTheNumberOfTheirThread) {
  ThreadPool pool(GetParam());
  std::vector<std::atomic<int>> running(pool.size());
  for (int round = 0; round < 100; ++round)
    pool.parallel_for(50, [&](std::size_t, unsigned thread) {
      ASSERT_LT(thread, pool.size());
      EXPECT_EQ(++running[thread], 1) << "two tasks on one thread at a time";
      --running[thread];
    });
}

TEST_P(Threads, SeveralCallersTakeTurns) {
  ThreadPool pool(GetParam());
  std::atomic<std::size_t> sum = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 3; ++caller)
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round)
        pool.parallel_for(10, [&](std::size_t i) { sum += i; });
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 3u * 200u * 45u);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Threads, testing::Values(1u, 2u, 3u, 8u));

TEST(ThreadPool, ZeroMeansTheCoresOfThisProcess) { EXPECT_GE(ThreadPool(0).size(), 1u); }

TEST(ThreadPool, RunsWithTheThreadsThatCanBeMade) {
  pthread_attr_t before, huge;
  ASSERT_EQ(pthread_getattr_default_np(&before), 0);
  ASSERT_EQ(pthread_getattr_default_np(&huge), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&huge, std::size_t{1} << 47), 0);  // all that can be mapped
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  ThreadPool pool(4);
  ASSERT_EQ(pthread_setattr_default_np(&before), 0);
  EXPECT_EQ(pool.size(), 1u);
  std::size_t sum = 0;
  pool.parallel_for(100, [&](std::size_t i) { sum += i; });
  EXPECT_EQ(sum, 4950u);
}

double cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

TEST(ThreadPool, AnIdlePoolCostsNoCpu) {
  ThreadPool pool(4);
  pool.parallel_for(100, [](std::size_t) {});
  const double before = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_LT(cpu_seconds() - before, 0.1) << "three workers that spun would have used 1.5 s";
}

TEST(ThreadPool, WritesOfTheTasksAreSeenByTheCaller) {
  ThreadPool pool(4);
  std::vector<std::size_t> squares(10'000);
  pool.parallel_for(squares.size(), [&](std::size_t i) { squares[i] = i * i; });
  for (std::size_t i = 0; i < squares.size(); ++i) ASSERT_EQ(squares[i], i * i);
}

}  // namespace
}  // namespace decibit
