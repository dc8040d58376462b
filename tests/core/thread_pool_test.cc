// SPDX-License-Identifier: Apache-2.0
#include "core/thread_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <stdexcept>
#include <string>

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

TEST(ThreadPool, WritesOfTheTasksAreSeenByTheCaller) {
  ThreadPool pool(4);
  std::vector<std::size_t> squares(10'000);
  pool.parallel_for(squares.size(), [&](std::size_t i) { squares[i] = i * i; });
  for (std::size_t i = 0; i < squares.size(); ++i) ASSERT_EQ(squares[i], i * i);
}

}  // namespace
}  // namespace decibit
