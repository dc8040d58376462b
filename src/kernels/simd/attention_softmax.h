// SPDX-License-Identifier: Apache-2.0
// The running softmax of FlashAttention, a row of scores at a time. Of each query are kept: m, the
// largest score so far; lanes of sums of e^(score - m); and o, the sum of e^(score - m) v. When a
// block brings a larger score, sums and o are scaled by e^(m - m'). At the end y = o / sum.
//
// Scores come in units of ln 2 (log2(e) is multiplied into q), so that e^x is a power of two.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/math.h"

namespace decibit::isa {
namespace {

/// 2^x for x <= 0; 2^-125 below x = -125. n = round(x) is found by adding a number whose last bit
/// is worth 1: that sum's lowest bits are n's, in place to be added to an exponent.
template <class V>
typename V::F power_of_two(typename V::F x) {
  constexpr float kP[] = {1,
                          0.693147242f,
                          0.240226552f,
                          0.0555027276f,
                          0.00961706508f,
                          0.00134165608f,
                          0.000157863818f};
  const auto one_is_last = V::set(0x1.8p23f);
  x = V::max(V::set(-125), x);  // NaN passes through
  const auto shifted = V::add(x, one_is_last);
  const auto r = V::sub(x, V::sub(shifted, one_is_last));
  return V::floats(
      V::iadd(V::bits(polynomial<V>(r, kP)), V::template shift_left<23>(V::bits(shifted))));
}

/// What is kept of one query.
template <class V>
struct Running {
  float* m;
  float* sums;  // kLanes
  float* o;     // `width` floats, a multiple of kLanes
  std::int64_t width;

  void clear() const {
    *m = -__FLT_MAX__;  // not infinity: differences from it are no NaN
    V::store(sums, V::zero());
    for (std::int64_t d = 0; d < width; d += V::kLanes) V::store(o + d, V::zero());
  }

  void scale(float factor) const {
    V::store(sums, V::mul(V::load(sums), V::set(factor)));
    for (std::int64_t d = 0; d < width; d += V::kLanes)
      V::store(o + d, V::mul(V::load(o + d), V::set(factor)));
  }

  /// Scores [first, last) of a row become weights e^(score - m); whole vectors are read and
  /// written, whose other lanes become zero.
  void take(float* scores, std::int64_t first, std::int64_t last) const {
    const std::int64_t begin = first / V::kLanes * V::kLanes, end = round_up(last, V::kLanes);
    for (std::int64_t j = begin; j < first; ++j) scores[j] = -__builtin_inff();
    for (std::int64_t j = last; j < end; ++j) scores[j] = -__builtin_inff();
    auto most = V::load(scores + begin);
    for (std::int64_t j = begin + V::kLanes; j < end; j += V::kLanes)
      most = V::max(most, V::load(scores + j));
    const float block_most = V::reduce_max(most);  // a NaN may be lost; it comes back in the sum
    if (block_most > *m) {
      float factor[V::kLanes];
      V::store(factor, power_of_two<V>(V::sub(V::set(*m), V::set(block_most))));
      scale(factor[0]);
      *m = block_most;
    }
    const auto m_all = V::set(*m);
    auto sum = V::load(sums);
    for (std::int64_t j = begin; j < end; j += V::kLanes) {
      const auto weight = power_of_two<V>(V::sub(V::load(scores + j), m_all));
      V::store(scores + j, weight);
      sum = V::add(sum, weight);
    }
    V::store(sums, sum);
    for (std::int64_t j = begin; j < first; ++j) scores[j] = 0;
    for (std::int64_t j = last; j < end; ++j) scores[j] = 0;
  }

  /// 1 / the sum of all weights; 0 if there were none.
  float inverse_sum() const {
    const float sum = V::reduce_add(V::load(sums));
    return sum == 0 ? 0 : 1 / sum;
  }

  void finish(const AttentionJob& job, std::int64_t i) const {
    const auto factor = V::set(inverse_sum());
    float* const y = y_row(job, i);
    for (std::int64_t d = 0; d < job.head_dim; d += V::kLanes)
      store_some<V>(y + d, V::mul(V::load(o + d), factor), job.head_dim - d);
    if (job.probabilities == nullptr) return;
    // Scores were put there as they came.
    float* const p = job.probabilities + i * job.keys;
    const VisibleKeys seen = visible_keys(job, i);
    const std::int64_t first = min_of(seen.first, job.keys), last = max_of(seen.last, first);
    for (std::int64_t j = 0; j < first; ++j) p[j] = 0;
    for (std::int64_t j = first; j < last; j += V::kLanes) {
      const auto weight = power_of_two<V>(V::sub(load_some<V>(p + j, last - j), V::set(*m)));
      store_some<V>(p + j, V::mul(weight, factor), last - j);
    }
    for (std::int64_t j = last; j < job.keys; ++j) p[j] = 0;
  }
};

/// Scores [first, last) of a block whose first key is `key`, for finish().
template <class V>
void keep_scores(const AttentionJob& job, std::int64_t i, std::int64_t key, std::int64_t first,
                 std::int64_t last, const float* scores) {
  float* const p = job.probabilities + i * job.keys + key;
  for (std::int64_t j = first; j < last; ++j) p[j] = scores[j];
}

}  // namespace
}  // namespace decibit::isa
