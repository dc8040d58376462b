// SPDX-License-Identifier: Apache-2.0
// Every table's attention against the reference, in double. A score errs by less than
//   e = (head_dim + 8) 2^-24 scale sum |q k|,
// a weight by as much of itself, and y, a mean of v, by 2 e max |v| and what sums of so many
// weights add. Buffers have exactly their size and odd addresses, so that a sanitizer sees one byte
// too many.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "kernels/kernel_table.h"
#include "kernels/reference/weight_value.h"
#include "quant/element.h"
#include "test_matrix.h"

namespace decibit::testing {
namespace {

using isa::Attention;
using isa::AttentionJob;
using isa::Element;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Shape {
  std::int64_t queries, keys, head_dim;
  DType cache = DType::kF32;
  bool causal = false;
  std::int64_t window = 0, ring = 0;
  std::int64_t first_position = -1;  // -1: the last query sees all keys
  std::int64_t group = 1;
};

/// A job with its buffers.
struct TestJob {
  std::vector<float> q;
  std::vector<std::byte> k, v;
  AttentionJob job = {};

  TestJob(const Shape& s, std::mt19937& random) {
    const std::int64_t slots = s.ring > 0 ? s.ring : s.keys;
    const std::int64_t gap = 3, row = s.head_dim + gap;
    job.group = s.group;
    job.q_head_stride = s.head_dim + 5;
    job.q_stride = s.group * job.q_head_stride;
    q = normals((s.queries - 1) * job.q_head_stride + s.head_dim, 1, random);
    const auto elements = std::max<std::int64_t>((slots - 1) * row + s.head_dim, 0);
    k = TestMatrix::stored(s.cache, normals(elements, 1, random));
    v = TestMatrix::stored(s.cache, normals(elements, 1, random));
    job.queries = job.i1 = s.queries;
    job.cache = s.cache == DType::kF16 ? Element::kF16 : Element::kF32;
    job.k_stride = job.v_stride = row * size_bytes(s.cache);
    job.keys = s.keys;
    job.ring = s.ring;
    job.head_dim = s.head_dim;
    job.scale = 1.5f / std::sqrt(static_cast<float>(s.head_dim));
    job.causal = s.causal;
    job.window = s.window;
    job.first_position =
        s.first_position >= 0 ? s.first_position : s.keys - (s.queries + s.group - 1) / s.group;
    job.y_head_stride = s.head_dim + 2;
    job.y_stride = s.group * job.y_head_stride;
    point();
  }
  TestJob(const TestJob&) = delete;
  TestJob& operator=(const TestJob&) = delete;

  void point() {
    job.q = q.data();
    job.k = reinterpret_cast<const std::uint8_t*>(k.data()) + 1;
    job.v = reinterpret_cast<const std::uint8_t*>(v.data()) + 1;
  }

  struct Result {
    std::vector<float> y, probabilities;
    bool operator==(const Result&) const = default;
  };

  /// In ranges of i_step queries.
  Result run(const Attention& attention, bool with_probabilities, std::int64_t i_step = 0) const {
    if (i_step == 0) i_step = job.queries;
    Result r;
    r.y.assign(static_cast<std::size_t>((job.queries - 1) * job.y_head_stride + job.head_dim),
               7.0f);
    r.probabilities.assign(
        with_probabilities ? static_cast<std::size_t>(job.queries * job.keys) : 0, 7.0f);
    AttentionJob part = job;
    part.y = r.y.data();
    part.probabilities = with_probabilities ? r.probabilities.data() : nullptr;
    const std::unique_ptr<void, decltype(&std::free)> scratch(
        std::aligned_alloc(64, (attention.scratch_bytes(job) + 127) / 64 * 64), &std::free);
    part.scratch = scratch.get();
    for (part.i0 = 0; part.i0 < job.queries; part.i0 += i_step) {
      part.i1 = std::min(part.i0 + i_step, job.queries);
      attention.run(part);
    }
    return r;
  }

  double element(const std::vector<std::byte>& from, std::int64_t j, std::int64_t d) const {
    const std::int64_t slot = job.ring > 0 ? j % job.ring : j;
    return isa::element_value(
        job.cache, reinterpret_cast<const std::uint8_t*>(from.data()) + 1 + slot * job.k_stride, d);
  }

  /// How far query i may be off: y, and weights relative to themselves.
  std::pair<double, double> bounds(std::int64_t i) const {
    double score = 0, value = 0;
    const auto [first, last] = visible_keys(job, i);
    for (std::int64_t j = first; j < last; ++j) {
      double sum = 0;
      for (std::int64_t d = 0; d < job.head_dim; ++d) {
        sum += std::fabs(q[static_cast<std::size_t>(i * job.q_head_stride + d)] * element(k, j, d));
        value = std::max(value, std::fabs(element(v, j, d)));
      }
      score = std::max(score, sum * job.scale);
    }
    const double e = static_cast<double>(job.head_dim + 8) * 0x1p-24 * score;
    const auto seen = static_cast<double>(std::max<std::int64_t>(last - first, 0));
    const double relative = 2 * e + (seen + 16) * 0x1p-24;
    return {relative * value + 1e-30, relative};
  }

  void check(bool with_probabilities, const std::string& what) const {
    const Result want = run(*find_table("reference")->attention, with_probabilities);
    std::vector<std::pair<double, double>> bound;
    for (std::int64_t i = 0; i < job.queries; ++i) bound.push_back(bounds(i));
    for (const KernelTable* table : supported_tables()) {
      const Result got = run(*table->attention, with_probabilities);
      for (std::size_t at = 0; at < got.y.size(); ++at) {
        const std::size_t i = at / static_cast<std::size_t>(job.y_head_stride);
        const bool between = at % static_cast<std::size_t>(job.y_head_stride) >=
                             static_cast<std::size_t>(job.head_dim);
        ASSERT_LE(std::fabs(double{got.y[at]} - want.y[at]), between ? 0 : bound[i].first)
            << fmt::format("{} {}: y[{}] of query {} is {}, want {}", table->name, what, at, i,
                           got.y[at], want.y[at]);
      }
      for (std::size_t at = 0; at < got.probabilities.size(); ++at) {
        const std::size_t i = at / static_cast<std::size_t>(job.keys);
        ASSERT_LE(std::fabs(double{got.probabilities[at]} - want.probabilities[at]),
                  bound[i].second * want.probabilities[at] + (want.probabilities[at] > 0) * 1e-30)
            << fmt::format("{} {}: weight {} of query {} is {}, want {}", table->name, what,
                           at % static_cast<std::size_t>(job.keys), i, got.probabilities[at],
                           want.probabilities[at]);
      }
    }
  }
};

std::string text(const Shape& s) {
  return fmt::format("{} queries {} keys {} dim {}{} window {} ring {} from {}", s.queries, s.keys,
                     name(s.cache), s.head_dim, s.causal ? " causal" : "", s.window, s.ring,
                     s.first_position);
}

class EngineAttention : public ::testing::TestWithParam<std::int64_t> {};  // queries

// All combinations; the numbers of keys lie about the ends of vectors, panels and blocks.
TEST_P(EngineAttention, EqualsReference) {
  std::mt19937 random(1);
  const std::int64_t queries = GetParam();
  for (const DType cache : {DType::kF32, DType::kF16}) {
    for (const std::int64_t head_dim : {16, 40, 64, 80, 128}) {
      for (const std::int64_t keys : {1, 2, 7, 16, 31, 33, 64, 65, 127, 129, 160, 300}) {
        if (queries > 20 && keys % 2 == 0 && keys < 300) continue;  // slow, and nothing new
        for (const bool causal : {false, true}) {
          for (const std::int64_t window : {0, 1, 20, 150}) {
            if (!causal && window != 0) continue;
            Shape s{.queries = queries,
                    .keys = keys,
                    .head_dim = head_dim,
                    .cache = cache,
                    .causal = causal,
                    .window = window,
                    .first_position = std::max<std::int64_t>(keys - queries, 0)};
            TestJob(s, random).check(keys % 3 == 0, text(s));
            if (window == 0) continue;
            s.ring = std::min(keys, window + queries + 3);  // no room but for what is seen
            TestJob(s, random).check(keys % 3 == 1, text(s));
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Queries, EngineAttention, ::testing::Values(1, 3, 8, 9, 70));

TEST(EngineAttentionSizes, EveryNumberOfKeys) {
  std::mt19937 random(2);
  for (std::int64_t keys = 1; keys <= 300; ++keys) {
    for (const std::int64_t queries : {2, 13}) {
      const Shape s{.queries = queries, .keys = keys, .head_dim = 16, .cache = DType::kF16};
      TestJob(s, random).check(true, text(s));
    }
  }
}

TEST(EngineAttentionSizes, EveryHeadDim) {
  std::mt19937 random(3);
  for (std::int64_t head_dim = 1; head_dim <= 70; ++head_dim) {
    for (const std::int64_t queries : {1, 3, 25}) {
      for (const DType cache : {DType::kF32, DType::kF16}) {
        const Shape s{.queries = queries,
                      .keys = 37,
                      .head_dim = head_dim,
                      .cache = cache,
                      .causal = head_dim % 2 == 0};
        TestJob(s, random).check(false, text(s));
      }
    }
  }
}

TEST(EngineAttentionSizes, EveryNumberOfQueries) {
  std::mt19937 random(4);
  for (std::int64_t queries = 1; queries < 60; ++queries) {
    const Shape s{.queries = queries, .keys = 90, .head_dim = 24, .causal = true, .window = 40};
    TestJob(s, random).check(false, text(s));
  }
  const Shape s{.queries = 430, .keys = 450, .head_dim = 16, .causal = true};  // several blocks
  TestJob(s, random).check(true, text(s));
}

// Queries before the first key, or whose window ends before it.
TEST(EngineAttentionSizes, NothingToSeeGivesZeros) {
  std::mt19937 random(5);
  for (const std::int64_t queries : {4, 20}) {
    for (const std::int64_t keys : {0, 5}) {
      Shape s{.queries = queries,
              .keys = keys,
              .head_dim = 16,
              .causal = true,
              .window = 3,
              .first_position = keys};
      const TestJob test(s, random);
      test.check(true, text(s));
      for (const KernelTable* table : supported_tables())
        EXPECT_EQ(test.run(*table->attention, false).y.back(), 0) << table->name;
      s.causal = false;
      if (keys == 0) TestJob(s, random).check(true, text(s));
    }
  }
}

// Heads that share k and v, as queries of one job.
TEST(EngineAttentionSizes, GroupsOfHeads) {
  std::mt19937 random(11);
  for (const std::int64_t group : {2, 4, 7}) {
    for (const std::int64_t positions : {1, 2, 20}) {
      for (const DType cache : {DType::kF32, DType::kF16}) {
        const Shape s{.queries = positions * group,
                      .keys = 150,
                      .head_dim = 32,
                      .cache = cache,
                      .causal = true,
                      .window = 70,
                      .ring = 101,
                      .group = group};
        TestJob(s, random).check(true, fmt::format("groups of {}: {}", group, text(s)));
      }
    }
  }
}

TEST(EngineAttentionBits, SameHoweverDivided) {
  std::mt19937 random(6);
  for (const std::int64_t queries : {5, 8, 100, 410}) {
    for (const bool causal : {false, true}) {
      for (const DType cache : {DType::kF32, DType::kF16}) {
        for (const std::int64_t head_dim : {40, 64}) {
          const Shape s{.queries = queries,
                        .keys = 411,
                        .head_dim = head_dim,
                        .cache = cache,
                        .causal = causal,
                        .window = queries == 100 ? 120 : 0};
          const TestJob test(s, random);
          for (const KernelTable* table : supported_tables()) {
            if (table->name == "reference") continue;
            const auto want = test.run(*table->attention, true);
            for (const std::int64_t step : {1, 3, 48, 95, 192, 200})
              ASSERT_EQ(test.run(*table->attention, true, step), want)
                  << table->name << " " << text(s) << " in " << step;
          }
        }
      }
    }
  }
}

// A decoder that checks several guesses at once gets what it would have got one by one.
TEST(EngineAttentionBits, SameForOneQueryAndForFew) {
  std::mt19937 random(7);
  for (const DType cache : {DType::kF32, DType::kF16}) {
    const Shape s{.queries = 6, .keys = 200, .head_dim = 64, .cache = cache, .causal = true};
    const TestJob test(s, random);
    for (const KernelTable* table : supported_tables()) {
      const auto want = test.run(*table->attention, false).y;
      for (std::int64_t i = 0; i < s.queries; ++i) {
        TestJob one(s, random);
        one.k = test.k;
        one.v = test.v;
        one.q = {test.q.begin() + i * test.job.q_stride,
                 test.q.begin() + i * test.job.q_stride + s.head_dim};
        one.point();
        one.job.queries = one.job.i1 = 1;
        one.job.first_position += i;
        one.job.keys = one.job.first_position + 1;
        const auto y = one.run(*table->attention, false).y;
        for (std::int64_t d = 0; d < s.head_dim; ++d)
          ASSERT_EQ(y[static_cast<std::size_t>(d)],
                    want[static_cast<std::size_t>(i * test.job.y_stride + d)])
              << table->name;
      }
    }
  }
}

TEST(EngineAttentionValues, ScoresOfAnySize) {
  std::mt19937 random(8);
  for (const std::int64_t queries : {2, 20}) {
    const Shape s{.queries = queries, .keys = 150, .head_dim = 32};
    TestJob test(s, random);
    for (const float scale : {0.0f, 1e-30f, 30.0f, 1e4f, -5.0f}) {
      test.job.scale = scale;
      test.check(false, fmt::format("scale {}", scale));
    }
  }
}

TEST(EngineAttentionValues, NaNAndInfinityArrive) {
  std::mt19937 random(9);
  for (const std::int64_t queries : {4, 40}) {
    for (const float odd : {kNaN, kInfinity}) {
      const Shape s{.queries = queries, .keys = 150, .head_dim = 16};
      TestJob q(s, random), k(s, random), v(s, random);
      q.q[static_cast<std::size_t>(3 * q.job.q_stride + 2)] = odd;
      const auto at = static_cast<std::size_t>(137 * (s.head_dim + 3) + 5);
      store_element(DType::kF32, odd, k.k.data() + 1, at);
      store_element(DType::kF32, odd, v.v.data() + 1, at);
      for (const KernelTable* table : supported_tables()) {
        const auto of_q = q.run(*table->attention, false).y,
                   of_k = k.run(*table->attention, false).y,
                   of_v = v.run(*table->attention, false).y;
        for (std::int64_t i = 0; i < queries; ++i) {
          for (std::int64_t d = 0; d < s.head_dim; ++d) {
            const auto y = static_cast<std::size_t>(i * q.job.y_stride + d);
            EXPECT_EQ(std::isnan(of_q[y]), i == 3) << table->name;
            EXPECT_TRUE(!std::isnan(odd) || std::isnan(of_k[y])) << table->name;
            EXPECT_EQ(std::isfinite(of_v[y]), d != 5) << table->name;
          }
        }
      }
    }
  }
}

// What a query does not see does not reach it, if it is alone.
TEST(EngineAttentionValues, InvisibleNaNStaysAway) {
  std::mt19937 random(10);
  for (std::int64_t position = 60; position < 75; ++position) {
    const Shape s{.queries = 1,
                  .keys = 80,
                  .head_dim = 16,
                  .causal = true,
                  .window = 10,
                  .first_position = position};
    TestJob test(s, random);
    for (std::int64_t j = 0; j < s.keys; ++j) {
      if (j > position - s.window && j <= position) continue;
      const auto row = static_cast<std::size_t>(j * (s.head_dim + 3));
      store_element(DType::kF32, kNaN, test.k.data() + 1, row);
      store_element(DType::kF32, kNaN, test.v.data() + 1, row);
    }
    test.check(false, fmt::format("position {}", position));
  }
}

TEST(EngineAttentionSizes, ScratchIsBounded) {
  for (const KernelTable* table : supported_tables()) {
    for (const std::int64_t head_dim : {1, 64, 128}) {
      AttentionJob job = {};
      job.queries = job.keys = 1 << 20;
      job.head_dim = head_dim;
      EXPECT_LE(table->attention->scratch_bytes(job), 500u << 10) << head_dim;
      job.queries = 8;
      EXPECT_LE(table->attention->scratch_bytes(job), 100u << 10) << head_dim;
    }
  }
}

}  // namespace
}  // namespace decibit::testing
