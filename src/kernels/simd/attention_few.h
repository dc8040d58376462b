// SPDX-License-Identifier: Apache-2.0
// Attention of few queries, bound by the bytes of the cache: rows of k and v are read where they
// lie, lanes along head_dim.
//
//   for each block of kBlockKeys keys                 rows: first cache, after the first queries
//     for four queries, two, or one
//       scores: one sum for each query and key, and the lanes of kLanes sums added together
//     for each query
//       weights = running softmax, in place
//     for four queries, two, or one
//       o += weights v: some vectors of d, even and odd keys apart, in registers
//
// Queries that share a load are as many as fit the registers; a query's sums do not depend on it.
// Rows of F16 are widened as they are loaded. Rows whose end fills no vector are copied first, with
// zeros behind them, and blocks that go around the end of a ring.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention.h"
#include "kernels/simd/attention_rows.h"
#include "kernels/simd/attention_softmax.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/unroll.h"

namespace decibit::isa {
namespace {

/// kSums: accumulators of o in registers; four queries need at least eight.
template <class V, int kSums>
struct FewQueries {
  static constexpr std::int64_t kBlockKeys = 64;

  struct Buffers {
    std::int64_t width;  // of all rows: head_dim in whole vectors
    float *q, *o, *sums, *m, *k, *v, *scores;
    std::size_t bytes;

    Buffers(const AttentionJob& job, void* scratch) : width(round_up(job.head_dim, V::kLanes)) {
      ScratchPieces pieces(scratch);
      q = pieces.floats(job.queries * width);
      o = pieces.floats(job.queries * width);
      sums = pieces.floats(job.queries * V::kLanes);
      m = pieces.floats(job.queries);
      k = pieces.floats(kBlockKeys * width);
      v = pieces.floats(kBlockKeys * width);
      scores = pieces.floats(job.queries * kBlockKeys);
      bytes = pieces.size();
    }
    Running<V> running(std::int64_t r) const {
      return {m + r, sums + r * V::kLanes, o + r * width, width};
    }
  };

  /// Rows of a block, at equal distances.
  struct Rows {
    const std::uint8_t* first;
    std::int64_t stride;
  };

  /// Rows of k or v from `key` on: where they lie, or copied as floats to `copy`.
  static Rows find_block(const AttentionJob& job, const std::uint8_t* base, std::int64_t stride,
                         std::int64_t key, std::int64_t count, std::int64_t width, float* copy) {
    const std::int64_t slot = job.ring > 0 ? key % job.ring : key;
    const bool around = job.ring > 0 && slot + count > job.ring;
    if (job.head_dim == width && !around) return {base + slot * stride, stride};
    const std::uint8_t* rows[kBlockKeys];
    find_rows(job, base, stride, key, count, count, rows);
    visit_cache<V>(job.cache, [&](auto elements) {
      for (std::int64_t j = 0; j < count; ++j)
        for (std::int64_t d = 0; d < width; d += V::kLanes)
          V::store(copy + j * width + d, elements.load_first(rows[j], d, job.head_dim - d));
    });
    return {reinterpret_cast<const std::uint8_t*>(copy), width * std::int64_t{sizeof(float)}};
  }

  /// scores[r * kBlockKeys + j] = q[r] . k[j] for Q queries and kLanes / Q keys, of which `count`
  /// or more exist.
  template <class Elements, int Q>
  static void score(const float* q, std::int64_t width, Rows k, std::int64_t count, float* scores) {
    constexpr int kKeys = V::kLanes / Q, kStep = Q == 1 ? 4 : 1;
    const std::uint8_t* row[kKeys];
    typename V::F sum[V::kLanes];
    unroll<kKeys>([&](auto j) __attribute__((always_inline)) {
      row[j.value] = k.first;
      if (j.value + 1 < count) k.first += k.stride;  // else the last row again
    });
    unroll<V::kLanes>([&](auto i) __attribute__((always_inline)) { sum[i.value] = V::zero(); });
    // n vectors of d: a key's row is loaded once for all queries.
    const auto add = [&](auto n, std::int64_t d) __attribute__((always_inline)) {
      typename V::F x[Q][n.value];
      for (int r = 0; r < Q; ++r)
        for (int i = 0; i < n.value; ++i) x[r][i] = V::load(q + r * width + d + i * V::kLanes);
      unroll<kKeys>([&](auto j) __attribute__((always_inline)) {
        for (int i = 0; i < n.value; ++i) {
          const auto key = Elements::load(row[j.value], d + i * V::kLanes);
          for (int r = 0; r < Q; ++r)
            sum[r * kKeys + j.value] = V::fma(x[r][i], key, sum[r * kKeys + j.value]);
        }
      });
    };
    std::int64_t d = 0;
    for (; d + kStep * V::kLanes <= width; d += kStep * V::kLanes) add(Index<kStep>{}, d);
    for (; d < width; d += V::kLanes) add(Index<1>{}, d);
    float all[V::kLanes];
    V::store(all, V::sums(sum));
    for (int r = 0; r < Q; ++r)
      __builtin_memcpy(scores + r * kBlockKeys, all + r * kKeys, kKeys * sizeof(float));
  }

  /// o[r][d...] += sum of weights[r * kBlockKeys + j] * v[j][d...] over j in [first, last), for Q
  /// queries and n vectors of d.
  template <class Elements, int Q, int n>
  static void accumulate(const float* weights, Rows v, std::int64_t first, std::int64_t last,
                         std::int64_t d, float* o, std::int64_t width) {
    typename V::F even[Q][n], odd[Q][n];
    for (int r = 0; r < Q; ++r)
      for (int i = 0; i < n; ++i) {
        even[r][i] = V::load(o + r * width + d + i * V::kLanes);
        odd[r][i] = V::zero();
      }
    const std::uint8_t* row = v.first + first * v.stride;
    const auto add = [&](std::int64_t j, typename V::F(&sum)[Q][n]) __attribute__((always_inline)) {
      typename V::F values[n];
      for (int i = 0; i < n; ++i) values[i] = Elements::load(row, d + i * V::kLanes);
      for (int r = 0; r < Q; ++r) {
        const auto weight = V::set(weights[r * kBlockKeys + j]);
        for (int i = 0; i < n; ++i) sum[r][i] = V::fma(weight, values[i], sum[r][i]);
      }
      row += v.stride;
    };
    std::int64_t j = first;
    if (j % 2 != 0) add(j++, odd);
    for (; j + 2 <= last; j += 2) {
      add(j, even);
      add(j + 1, odd);
    }
    if (j < last) add(j, even);
    for (int r = 0; r < Q; ++r)
      for (int i = 0; i < n; ++i)
        V::store(o + r * width + d + i * V::kLanes, V::add(even[r][i], odd[r][i]));
  }

  /// A block of keys, the first of which is `key`.
  struct Block {
    std::int64_t key, count;
    Rows k, v;

    /// The keys of the block that queries [i, i + n) see, together.
    VisibleKeys seen(const AttentionJob& job, std::int64_t i, std::int64_t n) const {
      return {max_of(visible_keys(job, i).first - key, 0),
              min_of(visible_keys(job, i + n - 1).last - key, count)};
    }
  };

  /// Calls stage(Index<Q>, i) for groups of Q queries.
  template <class Stage>
  [[gnu::always_inline]] static void for_groups(const AttentionJob& job, const Stage& stage) {
    std::int64_t i = job.i0;
    for (; i + 4 <= job.i1; i += 4) stage(Index<4>{}, i);
    for (; i + 2 <= job.i1; i += 2) stage(Index<2>{}, i);
    if (i < job.i1) stage(Index<1>{}, i);
  }

  template <class Elements>
  static void attend(const AttentionJob& job, const Buffers& b, const Block& block) {
    for_groups(
        job, [&](auto group, std::int64_t i) __attribute__((always_inline)) {
          constexpr int Q = decltype(group)::value;
          const std::int64_t r = i - job.i0;
          const auto [first, last] = block.seen(job, i, Q);
          for (std::int64_t j = first / V::kLanes * V::kLanes; j < last; j += V::kLanes / Q)
            score<Elements, Q>(b.q + r * b.width, b.width,
                               {block.k.first + j * block.k.stride, block.k.stride},
                               block.count - j, b.scores + r * kBlockKeys + j);
        });
    // One after the other, so that these chains of slow steps overlap.
    for (std::int64_t i = job.i0; i < job.i1; ++i) {
      float* const scores = b.scores + (i - job.i0) * kBlockKeys;
      const auto [first, last] = block.seen(job, i, 1);
      if (first < last) {
        if (job.probabilities != nullptr) keep_scores<V>(job, i, block.key, first, last, scores);
        b.running(i - job.i0).take(scores, first, last);
      }
      // For the queries beside it.
      const bool none = first >= last;
      const std::int64_t begin = none ? kBlockKeys : first / V::kLanes * V::kLanes;
      for (std::int64_t j = 0; j < begin; ++j) scores[j] = 0;
      for (std::int64_t j = none ? kBlockKeys : round_up(last, V::kLanes); j < kBlockKeys; ++j)
        scores[j] = 0;
    }
    for_groups(
        job, [&](auto group, std::int64_t i) __attribute__((always_inline)) {
          constexpr int Q = decltype(group)::value, n = kSums / (2 * Q) < 4 ? kSums / (2 * Q) : 4;
          const std::int64_t r = i - job.i0;
          const auto [first, last] = block.seen(job, i, Q);
          if (first >= last) return;
          const float* const weights = b.scores + r * kBlockKeys;
          float* const o = b.o + r * b.width;
          std::int64_t d = 0;
          for (; d + n * V::kLanes <= b.width; d += n * V::kLanes)
            accumulate<Elements, Q, n>(weights, block.v, first, last, d, o, b.width);
          for (; d < b.width; d += V::kLanes)
            accumulate<Elements, Q, 1>(weights, block.v, first, last, d, o, b.width);
        });
  }

  static void run(const AttentionJob& job) {
    if (job.i0 >= job.i1) return;
    const Buffers b(job, job.scratch);
    for (std::int64_t i = job.i0; i < job.i1; ++i) {
      load_query<V>(job, i, b.q + (i - job.i0) * b.width, b.width);
      b.running(i - job.i0).clear();
    }
    const std::int64_t first = visible_keys(job, job.i0).first;
    const std::int64_t last = visible_keys(job, job.i1 - 1).last;
    for (std::int64_t key = first / kBlockKeys * kBlockKeys; key < last; key += kBlockKeys) {
      const std::int64_t count = min_of(kBlockKeys, last - key);
      const Block block = {key, count,
                           find_block(job, job.k, job.k_stride, key, count, b.width, b.k),
                           find_block(job, job.v, job.v_stride, key, count, b.width, b.v)};
      // Blocks are copied for the same reasons, k and v alike.
      const bool copied = block.k.first == reinterpret_cast<const std::uint8_t*>(b.k);
      visit_cache<V>(copied ? Element::kF32 : job.cache,
                     [&](auto elements) { attend<decltype(elements)>(job, b, block); });
    }
    for (std::int64_t i = job.i0; i < job.i1; ++i) b.running(i - job.i0).finish(job, i);
  }
};

}  // namespace
}  // namespace decibit::isa
