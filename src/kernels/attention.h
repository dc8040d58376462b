// SPDX-License-Identifier: Apache-2.0
// Softmax attention of one head over blocks of keys, so that scores stay in cache (the running
// maximum and sum of FlashAttention):
//   y[i] = sum_j softmax_j(scale * q[i] . k[j]) v[j],  j in the window of i
// Query i stands at position first_position + i; it sees keys j with
//   max(0, position - window + 1) <= j <= position     causal (window: number of keys, <= 0: all)
//   0 <= j < keys                                      not causal
// A query that sees no key gets zeros. Heads that share k and v (grouped queries) can be queries of
// one job, so that the cache is read once for all of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"

namespace decibit::isa {

struct AttentionJob {
  const float* q;  // query_row(job, i), head_dim floats
  std::int64_t q_stride, queries;
  /// Heads that share k and v: query i is head i % group at position first_position + i / group.
  std::int64_t group = 1;
  std::int64_t q_head_stride, y_head_stride;  // from head to head of a group
  Element cache;                              // of k and v: F32 or F16
  const std::uint8_t* k;  // row j of this head's group at k + slot(j) * k_stride bytes
  const std::uint8_t* v;
  std::int64_t k_stride, v_stride;  // bytes
  std::int64_t keys;
  /// A ring: key j lies in slot j % ring. 0: slot j.
  std::int64_t ring;
  std::int64_t head_dim;
  float scale;
  bool causal;
  std::int64_t window, first_position;
  float* y;  // y_row(job, i)
  std::int64_t y_stride;
  std::int64_t i0, i1;  // the queries to compute
  /// Null, or where softmax weights go: row i, key j at probabilities + i * keys + j. For
  /// alignment.
  float* probabilities;
  void* scratch;  // scratch_bytes(job), 64-byte aligned, one for each thread
};

static inline const float* query_row(const AttentionJob& job, std::int64_t i) {
  return job.q + i / job.group * job.q_stride + i % job.group * job.q_head_stride;
}
static inline float* y_row(const AttentionJob& job, std::int64_t i) {
  return job.y + i / job.group * job.y_stride + i % job.group * job.y_head_stride;
}

/// Keys [first, last) that query i sees; none if last <= first.
struct VisibleKeys {
  std::int64_t first, last;
};
static inline VisibleKeys visible_keys(const AttentionJob& job, std::int64_t i) {
  if (!job.causal) return {0, job.keys};
  const std::int64_t position = job.first_position + (job.group == 1 ? i : i / job.group);
  const std::int64_t first = job.window > 0 ? position - job.window + 1 : 0;
  return {first > 0 ? first : 0, position < job.keys ? position + 1 : job.keys};
}

/// Up to kFewQueries queries are bound by the bytes of the cache, more of them by products: two
/// ways, chosen by `queries`, whose bits differ. Within each the bits of y[i] depend on that query
/// and the keys it sees alone, not on the range or on other queries, with one exception: a NaN or
/// an infinity in v[j] may make non-finite also queries near those that see it, though never a
/// query that is alone. Scores and sums are in float, and weights below 2^-125 of the largest count
/// as that.
struct Attention {
  static constexpr std::int64_t kFewQueries = 8;
  /// Ranges are best cut at multiples of this: whole tiles. Each range of many queries unpacks its
  /// keys anew, which 100 queries and more pay for.
  std::int64_t i_step;
  /// Does not depend on the range.
  std::size_t (*scratch_bytes)(const AttentionJob& job);
  void (*run)(const AttentionJob& job);
};

}  // namespace decibit::isa
