// SPDX-License-Identifier: Apache-2.0
// Attention of many queries: both products in the tiles of Gemm.
//
//   for each block of queries                         q and o: second cache
//     for each block of kBlockKeys keys               k and v unpacked to panels: second cache
//       for each kChunkQueries of the queries         scores: first cache
//         scores = q k^T    panels of k: lanes along keys, [d][lanes]
//         weights = running softmax, in place
//         o += weights v    panels of v: lanes along d, [key][lanes]
//
// Blocks of keys begin at multiples of kBlockKeys, and where all of a row's keys of a block are
// invisible nothing is added: so a row does not depend on the queries beside it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention.h"
#include "kernels/simd/attention_rows.h"
#include "kernels/simd/attention_softmax.h"
#include "kernels/simd/gemm_tile.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/unpack.h"

namespace decibit::isa {
namespace {

template <class V, int kRows, int kVectors>
struct ManyQueries {
  static constexpr std::int64_t kPanel = kVectors * V::kLanes;
  static constexpr std::int64_t kChunkQueries = 24, kBlockKeys = 256;
  static constexpr std::int64_t kBlockFloats = 24576;  // of o, and of q
  static constexpr Tiles<V, kRows, kVectors> kTiles{};
  static_assert(kChunkQueries % kRows == 0 && kBlockKeys % kPanel == 0);

  struct Buffers {
    std::int64_t width;    // of o: head_dim in whole vectors
    std::int64_t queries;  // of a block
    float *q, *o, *sums, *m, *k, *v, *scores;
    std::size_t bytes;

    Buffers(const AttentionJob& job, void* scratch) : width(round_up(job.head_dim, V::kLanes)) {
      queries = max_of(min_of(kBlockFloats / width, 384) / kChunkQueries, 1) * kChunkQueries;
      queries = min_of(queries, job.queries);
      ScratchPieces pieces(scratch);
      q = pieces.floats(queries * job.head_dim);
      o = pieces.floats(queries * width);
      sums = pieces.floats(queries * V::kLanes);
      m = pieces.floats(queries);
      k = pieces.floats(kBlockKeys * job.head_dim);
      v = pieces.floats(kBlockKeys * width);
      scores = pieces.floats(min_of(queries, kChunkQueries) * kBlockKeys);
      bytes = pieces.size();
    }
    Running<V> running(std::int64_t r) const {
      return {m + r, sums + r * V::kLanes, o + r * width, width};
    }
  };

  /// Vectors of a panel of which `left` lanes are to be filled.
  static std::int64_t panel_lanes(std::int64_t left) {
    return left > V::kLanes ? kPanel : std::int64_t{V::kLanes};
  }

  /// k of `count` keys: panels [d][lanes of keys].
  static void unpack_k(const AttentionJob& job, std::int64_t key, std::int64_t count, float* out) {
    const std::uint8_t* rows[kBlockKeys];
    find_rows(job, job.k, job.k_stride, key, count, kBlockKeys, rows);
    for (std::int64_t i = 0; i < count; i += kPanel) {
      const std::int64_t pitch = panel_lanes(count - i);
      for (std::int64_t lane = 0; lane < pitch; lane += V::kLanes) {
        LaneRows<V> lanes;
        for (int j = 0; j < V::kLanes; ++j) lanes.row[j] = rows[i + lane + j];
        transpose_elements<V>(job.cache == Element::kF16 ? WeightKind::kF16 : WeightKind::kF32,
                              lanes, 0, job.head_dim, out + i * job.head_dim + lane, pitch);
      }
    }
  }

  /// v of `count` keys: panels [key][lanes of d], zeros beyond head_dim.
  static void unpack_v(const AttentionJob& job, std::int64_t key, std::int64_t count, float* out) {
    const std::uint8_t* rows[kBlockKeys];
    find_rows(job, job.v, job.v_stride, key, count, count, rows);
    visit_cache<V>(job.cache, [&](auto elements) {
      for (std::int64_t d = 0; d < job.head_dim; d += kPanel) {
        const std::int64_t pitch = panel_lanes(job.head_dim - d);
        for (std::int64_t j = 0; j < count; ++j)
          for (std::int64_t lane = 0; lane < pitch; lane += V::kLanes)
            V::store(out + d * count + j * pitch + lane,
                     elements.load_first(rows[j], d + lane, job.head_dim - d - lane));
      }
    });
  }

  /// Queries [i, i + rows), which are rows from r on of the buffers, with a block of keys.
  static void attend(const AttentionJob& job, const Buffers& b, std::int64_t i, std::int64_t r,
                     std::int64_t rows, std::int64_t key, std::int64_t count) {
    // What the first and the last of the queries see: both ends only grow.
    const std::int64_t first = max_of(visible_keys(job, i).first - key, 0);
    const std::int64_t last = min_of(visible_keys(job, i + rows - 1).last - key, count);
    if (first >= last) return;
    const std::int64_t from = 0;
    for (std::int64_t p = first / kPanel * kPanel; p < last; p += kPanel)
      kTiles.multiply(
          {b.q + r * job.head_dim, job.head_dim, &from, 1, job.head_dim, b.k + p * job.head_dim},
          {b.scores + p, kBlockKeys, panel_lanes(count - p), nullptr, false}, rows);
    for (std::int64_t row = 0; row < rows; ++row) {
      const VisibleKeys seen = visible_keys(job, i + row);
      const std::int64_t begin = max_of(seen.first - key, 0), end = min_of(seen.last - key, count);
      float* const scores = b.scores + row * kBlockKeys;
      if (begin < end) {
        if (job.probabilities != nullptr) keep_scores<V>(job, i + row, key, begin, end, scores);
        b.running(r + row).take(scores, begin, end);
      }
      for (std::int64_t j = first; j < min_of(begin, last); ++j) scores[j] = 0;
      for (std::int64_t j = max_of(begin < end ? end : first, first); j < last; ++j) scores[j] = 0;
    }
    for (std::int64_t d = 0; d < job.head_dim; d += kPanel) {
      const std::int64_t lanes = panel_lanes(job.head_dim - d);
      kTiles.multiply(
          {b.scores + first, kBlockKeys, &from, 1, last - first, b.v + d * count + first * lanes},
          {b.o + r * b.width + d, b.width, lanes, nullptr, true}, rows);
    }
  }

  static void run_block(const AttentionJob& job, const Buffers& b, std::int64_t i,
                        std::int64_t queries) {
    for (std::int64_t r = 0; r < queries; ++r) {
      load_query<V>(job, i + r, b.q + r * job.head_dim, job.head_dim);
      b.running(r).clear();
    }
    const std::int64_t first = visible_keys(job, i).first;
    const std::int64_t last = visible_keys(job, i + queries - 1).last;
    for (std::int64_t key = first / kBlockKeys * kBlockKeys; key < last; key += kBlockKeys) {
      const std::int64_t count = min_of(kBlockKeys, last - key);
      unpack_k(job, key, count, b.k);
      unpack_v(job, key, count, b.v);
      for (std::int64_t r = 0; r < queries; r += kChunkQueries)
        attend(job, b, i + r, r, min_of(kChunkQueries, queries - r), key, count);
    }
    for (std::int64_t r = 0; r < queries; ++r) b.running(r).finish(job, i + r);
  }

  static void run(const AttentionJob& job) {
    const Buffers b(job, job.scratch);
    for (std::int64_t i = job.i0; i < job.i1; i += b.queries)
      run_block(job, b, i, min_of(b.queries, job.i1 - i));
  }
};

}  // namespace
}  // namespace decibit::isa
