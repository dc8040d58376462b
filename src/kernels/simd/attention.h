// SPDX-License-Identifier: Apache-2.0
// Attention: the way for many queries, or the one for few. `queries` decides, never the range, so
// that a query's bits do not depend on how work is divided.
#pragma once

#include <cstddef>

#include "kernels/attention.h"
#include "kernels/simd/attention_few.h"
#include "kernels/simd/attention_many.h"

namespace decibit::isa {
namespace {

/// Many queries: tiles of kRows queries by kVectors vectors of keys, or of head_dim. Few: kSums
/// sums in registers.
template <class V, int kRows, int kVectors, int kSums>
struct AttentionKernel {
  using Many = ManyQueries<V, kRows, kVectors>;
  using Few = FewQueries<V, kSums>;
  static constexpr std::int64_t kStep = kRows;

  static std::size_t scratch_bytes(const AttentionJob& job) {
    return job.queries <= Attention::kFewQueries ? typename Few::Buffers(job, nullptr).bytes
                                                 : typename Many::Buffers(job, nullptr).bytes;
  }
  static void run(const AttentionJob& job) {
    job.queries <= Attention::kFewQueries ? Few::run(job) : Many::run(job);
  }
};

}  // namespace
}  // namespace decibit::isa
