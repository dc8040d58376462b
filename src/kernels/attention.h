// SPDX-License-Identifier: Apache-2.0
// Softmax attention of one head over blocks of keys, so that scores stay in cache (the running
// maximum and sum of FlashAttention):
//   y[i] = sum_j softmax_j(scale * q[i] . k[j]) v[j],  j in the window of i
// Query i stands at position first_position + i; it sees keys j with
//   max(0, position - window + 1) <= j <= position     causal (window: number of keys, <= 0: all)
//   0 <= j < keys                                      not causal
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"

namespace decibit::isa {

struct AttentionJob {
  const float* q;  // row i of this head at q + i * q_stride, head_dim floats
  std::int64_t q_stride, queries;
  Element cache;          // of k and v: F32 or F16
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
  float* y;  // row i at y + i * y_stride
  std::int64_t y_stride;
  std::int64_t i0, i1;  // the queries to compute
  /// Null, or where softmax weights go: row i, key j at probabilities + i * keys + j. For
  /// alignment.
  float* probabilities;
  void* scratch;  // scratch_bytes(job), 64-byte aligned, one for each thread
};

struct Attention {
  std::int64_t i_step;  // queries are divided at multiples of this
  std::size_t (*scratch_bytes)(const AttentionJob& job);
  void (*run)(const AttentionJob& job);
};

}  // namespace decibit::isa
