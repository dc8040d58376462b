// SPDX-License-Identifier: Apache-2.0
// Attention of few queries, bound by the bytes of the cache: rows of k and v are read once, where
// they lie, lanes along head_dim.
//
//   for each block of kBlockKeys keys                 rows: first cache, after the first query
//     for each query
//       scores: kLanes keys at a time, one sum a key, and the lanes of all sums added together
//       weights = running softmax, in place
//       o += weights v: pieces of four vectors of d, even and odd keys apart, in registers
//
// Rows of F16 are widened where they are used by one query, and beforehand for several; rows whose
// end fills no vector are copied, with zeros behind them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention.h"
#include "kernels/simd/attention_rows.h"
#include "kernels/simd/attention_softmax.h"
#include "kernels/simd/lanes.h"

namespace decibit::isa {
namespace {

template <class V>
struct FewQueries {
  static constexpr std::int64_t kBlockKeys = 64;
  static constexpr std::int64_t kPiece = 4 * V::kLanes;

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
      scores = pieces.floats(kBlockKeys);
      bytes = pieces.size();
    }
    Running<V> running(std::int64_t r) const {
      return {m + r, sums + r * V::kLanes, o + r * width, width};
    }
  };

  /// Rows of a block, as elements that can be loaded in whole vectors.
  struct Rows {
    const std::uint8_t* row[kBlockKeys];

    void widen(const AttentionJob& job, std::int64_t count, std::int64_t width, float* out) {
      visit_cache<V>(job.cache, [&](auto elements) {
        for (std::int64_t j = 0; j < count; ++j, out += width) {
          for (std::int64_t d = 0; d < width; d += V::kLanes)
            V::store(out + d, elements.load_first(row[j], d, job.head_dim - d));
          row[j] = reinterpret_cast<const std::uint8_t*>(out);
        }
      });
      for (std::int64_t j = count; j < kBlockKeys; ++j) row[j] = row[count - 1];
    }
  };

  /// scores[j] = q . k[j] for the kLanes keys from rows[0] on.
  template <class Elements>
  static void score(const float* q, std::int64_t width, const std::uint8_t* const* rows,
                    float* scores) {
    typename V::F sum[V::kLanes];
    for (int j = 0; j < V::kLanes; ++j) sum[j] = V::zero();
    std::int64_t d = 0;
    for (; d + kPiece <= width; d += kPiece) {
      typename V::F piece[4];
      for (int i = 0; i < 4; ++i) piece[i] = V::load(q + d + i * V::kLanes);
      for (int j = 0; j < V::kLanes; ++j)
        for (int i = 0; i < 4; ++i)
          sum[j] = V::fma(piece[i], Elements::load(rows[j], d + i * V::kLanes), sum[j]);
    }
    for (; d < width; d += V::kLanes)
      for (int j = 0; j < V::kLanes; ++j)
        sum[j] = V::fma(V::load(q + d), Elements::load(rows[j], d), sum[j]);
    V::store(scores, V::sums(sum));
  }

  /// o[d...] += sum of weights[j] * v[j][d...] over j in [first, last), n vectors of d.
  template <class Elements, int n>
  static void accumulate(const float* weights, const std::uint8_t* const* rows, std::int64_t first,
                         std::int64_t last, std::int64_t d, float* o) {
    typename V::F even[n], odd[n];
    for (int i = 0; i < n; ++i) {
      even[i] = V::load(o + d + i * V::kLanes);
      odd[i] = V::zero();
    }
    const auto add = [&](std::int64_t j, typename V::F(&sum)[n]) __attribute__((always_inline)) {
      const auto weight = V::set(weights[j]);
      for (int i = 0; i < n; ++i)
        sum[i] = V::fma(weight, Elements::load(rows[j], d + i * V::kLanes), sum[i]);
    };
    std::int64_t j = first;
    for (; j + 2 <= last; j += 2) {
      add(j, even);
      add(j + 1, odd);
    }
    if (j < last) add(j, even);
    for (int i = 0; i < n; ++i) V::store(o + d + i * V::kLanes, V::add(even[i], odd[i]));
  }

  /// Query i with the keys of a block, of which `key` is the first.
  template <class Elements>
  static void attend(const AttentionJob& job, const Buffers& b, std::int64_t i, std::int64_t key,
                     std::int64_t count, const Rows& k, const Rows& v) {
    const VisibleKeys seen = visible_keys(job, i);
    const std::int64_t first = max_of(seen.first - key, 0), last = min_of(seen.last - key, count);
    if (first >= last) return;
    const std::int64_t r = i - job.i0;
    for (std::int64_t j = first / V::kLanes * V::kLanes; j < last; j += V::kLanes)
      score<Elements>(b.q + r * b.width, b.width, k.row + j, b.scores + j);
    if (job.probabilities != nullptr) keep_scores<V>(job, i, key, first, last, b.scores);
    const Running<V> running = b.running(r);
    running.take(b.scores, first, last);
    std::int64_t d = 0;
    for (; d + kPiece <= b.width; d += kPiece)
      accumulate<Elements, 4>(b.scores, v.row, first, last, d, running.o);
    for (; d < b.width; d += V::kLanes)
      accumulate<Elements, 1>(b.scores, v.row, first, last, d, running.o);
  }

  static void run(const AttentionJob& job) {
    if (job.i0 >= job.i1) return;
    const Buffers b(job, job.scratch);
    for (std::int64_t i = job.i0; i < job.i1; ++i) {
      load_query<V>(job, i, b.q + (i - job.i0) * b.width, b.width);
      b.running(i - job.i0).clear();
    }
    const bool whole = job.head_dim == b.width;
    const bool widen = !whole || (job.cache == Element::kF16 && job.i1 - job.i0 > 1);
    const std::int64_t first = visible_keys(job, job.i0).first;
    const std::int64_t last = visible_keys(job, job.i1 - 1).last;
    for (std::int64_t key = first / kBlockKeys * kBlockKeys; key < last; key += kBlockKeys) {
      const std::int64_t count = min_of(kBlockKeys, last - key);
      Rows k, v;
      find_rows(job, job.k, job.k_stride, key, count, kBlockKeys, k.row);
      find_rows(job, job.v, job.v_stride, key, count, kBlockKeys, v.row);
      if (widen) {
        k.widen(job, count, b.width, b.k);
        v.widen(job, count, b.width, b.v);
      }
      visit_cache<V>(widen ? Element::kF32 : job.cache, [&](auto elements) {
        for (std::int64_t i = job.i0; i < job.i1; ++i)
          attend<decltype(elements)>(job, b, i, key, count, k, v);
      });
    }
    for (std::int64_t i = job.i0; i < job.i1; ++i) b.running(i - job.i0).finish(job, i);
  }
};

}  // namespace
}  // namespace decibit::isa
