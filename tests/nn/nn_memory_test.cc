// SPDX-License-Identifier: Apache-2.0
// The workspace is a stack of aligned memory; the cache of keys and values is a ring that can be
// rolled back.
#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

#include "nn/attention.h"
#include "nn/kv_cache.h"
#include "nn/workspace.h"

namespace decibit {
namespace {

TEST(WorkspaceTest, GivesAlignedMemoryThatAFrameGivesBack) {
  Workspace workspace;
  const std::byte* first = nullptr;
  for (int pass = 0; pass < 3; ++pass) {
    const Workspace::Frame frame(workspace);
    const auto bytes = workspace.bytes(100);
    const auto floats = workspace.array<float>(1 << 20);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.data()) % 64, 0u);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(floats.data()) % 64, 0u);
    EXPECT_GE(reinterpret_cast<std::byte*>(floats.data()), bytes.data() + bytes.size());
    floats.front() = floats.back() = 1;
    if (first == nullptr) first = bytes.data();
    EXPECT_EQ(bytes.data(), first);
  }
  EXPECT_GE(workspace.peak_bytes(), std::size_t{4} << 20);
  EXPECT_LE(workspace.peak_bytes(), std::size_t{8} << 20);
}

TEST(WorkspaceTest, RefusesMoreThanItsLimit) {
  Workspace workspace(std::size_t{1} << 20);
  EXPECT_THROW(workspace.bytes(std::size_t{1} << 30), std::bad_alloc);
  EXPECT_THROW(workspace.bytes(SIZE_MAX), std::bad_alloc);
  EXPECT_EQ(workspace.bytes(1000).size(), 1000u);
}

class KvCacheTest : public ::testing::TestWithParam<DType> {
 protected:
  /// Token t: keys t + 1, t + 1.5, values -t - 1, -t - 1.5, all exact in F16.
  void append(KvCache& cache, std::int64_t first, std::int64_t count) {
    std::vector<float> k, v;
    for (std::int64_t t = first; t < first + count; ++t)
      for (const float half : {1.0f, 1.5f}) {
        k.push_back(static_cast<float>(t) + half);
        v.push_back(-k.back());
      }
    cache.append(context_, {k.data(), count, 2, 2}, {v.data(), count, 2, 2});
  }

  /// What a query sees of a cache whose scores are all equal: the mean of the values.
  float mean_value(const KvCache& cache, std::int64_t window) {
    const std::vector<float> q(2);
    std::vector<float> y(2);
    attention(context_, {1, 1, 2, 1.0f, true, window}, {q.data(), 1, 2, 2}, cache,
              {y.data(), 1, 2, 2});
    EXPECT_FLOAT_EQ(y[1], y[0] - 0.5f);
    return y[0];
  }

  ThreadPool pool_{2};
  Workspace workspace_;
  Context context_ = {*supported_tables().back(), pool_, workspace_};
};

TEST_P(KvCacheTest, KeepsTokensAndForgetsTheLast) {
  KvCache cache(8, 1, 2, GetParam());
  append(cache, 0, 5);
  EXPECT_EQ(cache.length(), 5);
  EXPECT_FLOAT_EQ(mean_value(cache, 0), -3);     // of 1 to 5
  EXPECT_FLOAT_EQ(mean_value(cache, 2), -4.5f);  // of 4 and 5
  cache.rollback(2);
  append(cache, 2, 1);
  EXPECT_FLOAT_EQ(mean_value(cache, 0), -2);
}

TEST_P(KvCacheTest, FollowsAnother) {
  KvCache one(8, 1, 2, GetParam()), other(8, 1, 2, GetParam());
  append(one, 0, 5);
  append(other, 0, 2);
  append(other, 7, 2);
  other.follow(one, 2);  // the first two are equal
  EXPECT_EQ(other.length(), 5);
  EXPECT_FLOAT_EQ(mean_value(other, 0), -3);
  other.rollback(0);
  other.follow(one, 0);
  EXPECT_FLOAT_EQ(mean_value(other, 0), -3);
}

TEST_P(KvCacheTest, SeveralTextsAreOneQueryEach) {
  KvCache one(8, 1, 2, GetParam()), other(8, 1, 2, GetParam());
  append(one, 0, 5);
  append(other, 3, 2);
  const std::vector<float> q(4);
  std::vector<float> y(4);
  const KvCache* const caches[] = {&one, &other};
  attention(context_, {1, 1, 2, 1.0f, true, 0}, {q.data(), 2, 2, 2}, caches, {y.data(), 2, 2, 2});
  EXPECT_FLOAT_EQ(y[0], mean_value(one, 0));
  EXPECT_FLOAT_EQ(y[2], mean_value(other, 0));
}

TEST_P(KvCacheTest, RunsOnInAWindow) {
  KvCache cache(6, 1, 2, GetParam());
  for (std::int64_t t = 0; t < 100; t += 2) {
    append(cache, t, 2);
    if (t < 4) continue;
    EXPECT_FLOAT_EQ(mean_value(cache, 4), -static_cast<float>(t) - 0.5f) << t;
  }
  cache.rollback(99);
  append(cache, 99, 1);
  EXPECT_FLOAT_EQ(mean_value(cache, 4), -98.5f);
}

TEST_P(KvCacheTest, HeadsFindTheirOwnTokens) {
  constexpr std::int64_t kTokens = 5, kWidth = 6;  // three heads of two
  std::vector<float> k(kTokens * kWidth), q(kWidth, 0.5f), y(kWidth), expected(kWidth);
  std::iota(k.begin(), k.end(), -10.0f);
  std::vector<float> v(k.rbegin(), k.rend());
  const AttentionShape shape = {3, 3, 2, 1.0f};
  const ConstRows keys = {k.data(), kTokens, kWidth, kWidth};
  const ConstRows values = {v.data(), kTokens, kWidth, kWidth};
  attention(context_, shape, {q.data(), 1, kWidth, kWidth}, keys, values,
            {expected.data(), 1, kWidth, kWidth});

  KvCache small(kTokens, 3, 2, GetParam()), large(2 * kTokens, 3, 2, GetParam());
  small.append(context_, keys, values);
  large.append(context_, keys.rows(0, 2), values.rows(0, 2));
  large.follow(small, 2);
  for (const KvCache* cache : {&small, &large}) {
    attention(context_, shape, {q.data(), 1, kWidth, kWidth}, *cache,
              {y.data(), 1, kWidth, kWidth});
    EXPECT_EQ(y, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(, KvCacheTest, ::testing::Values(DType::kF32, DType::kF16),
                         [](const auto& p) { return std::string(name(p.param)); });

}  // namespace
}  // namespace decibit
