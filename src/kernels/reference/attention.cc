// SPDX-License-Identifier: Apache-2.0
// Softmax attention by its definition, in double: all scores of a query, then the mean of v.
#include "kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/reference/weight_value.h"

namespace decibit::isa {
namespace {

std::size_t scratch_bytes(const AttentionJob&) { return 0; }

const std::uint8_t* row(const AttentionJob& job, const std::uint8_t* base, std::int64_t stride,
                        std::int64_t j) {
  return base + (job.ring > 0 ? j % job.ring : j) * stride;
}

void run(const AttentionJob& job) {
  std::vector<double> p, y(static_cast<std::size_t>(job.head_dim));
  for (std::int64_t i = job.i0; i < job.i1; ++i) {
    const auto [first, last] = visible_keys(job, i);
    const std::int64_t count = std::max<std::int64_t>(last - first, 0);
    p.assign(static_cast<std::size_t>(count), 0);
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::int64_t j = 0; j < count; ++j) {
      const std::uint8_t* k = row(job, job.k, job.k_stride, first + j);
      double score = 0;
      for (std::int64_t d = 0; d < job.head_dim; ++d)
        score += query_row(job, i)[d] * element_value(job.cache, k, d);
      largest = std::max(largest, p[static_cast<std::size_t>(j)] = score * job.scale);
    }
    for (double& score : p) sum += score = std::exp(score - largest);
    std::fill(y.begin(), y.end(), 0);
    for (std::int64_t j = 0; j < count; ++j) {
      const std::uint8_t* v = row(job, job.v, job.v_stride, first + j);
      for (std::int64_t d = 0; d < job.head_dim; ++d)
        y[static_cast<std::size_t>(d)] +=
            p[static_cast<std::size_t>(j)] / sum * element_value(job.cache, v, d);
    }
    for (std::int64_t d = 0; d < job.head_dim; ++d)
      y_row(job, i)[d] = static_cast<float>(y[static_cast<std::size_t>(d)]);
    if (job.probabilities == nullptr) continue;
    float* const row_of_i = job.probabilities + i * job.keys;
    std::fill_n(row_of_i, job.keys, 0.0f);
    for (std::int64_t j = 0; j < count; ++j)
      row_of_i[first + j] = static_cast<float>(p[static_cast<std::size_t>(j)] / sum);
  }
}

}  // namespace

const Attention kReferenceAttention = {1, scratch_bytes, run};

}  // namespace decibit::isa
