// SPDX-License-Identifier: Apache-2.0
#include "core/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>

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

INSTANTIATE_TEST_SUITE_P(Sizes, Threads, testing::Values(1u, 2u, 3u, 8u));

TEST(ThreadPool, ZeroMeansTheCoresOfThisProcess) { EXPECT_GE(ThreadPool(0).size(), 1u); }

TEST(ThreadPool, WritesOfTheTasksAreSeenByTheCaller) {
  ThreadPool pool(4);
  std::vector<std::size_t> squares(10'000);
  pool.parallel_for(squares.size(), [&](std::size_t i) { squares[i] = i * i; });
  for (std::size_t i = 0; i < squares.size(); ++i) ASSERT_EQ(squares[i], i * i);
}

}  // namespace
}  // namespace decibit
