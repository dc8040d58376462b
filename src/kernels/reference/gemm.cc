// SPDX-License-Identifier: Apache-2.0
// y[t, n] = sum_tap sum_c f(x[t * stride + row(tap), c]) * W[n, index(tap) * channels + c], term by
// term in double; f is the prologue, rows outside x are zeros after it.
#include "kernels/gemm.h"

#include <algorithm>
#include <vector>

#include "kernels/reference/prologue.h"
#include "kernels/reference/reference.h"
#include "kernels/reference/weight_value.h"

namespace decibit::isa {
namespace {

// f of the rows [first, last) of x that exist, zeros for the others.
std::vector<double> activated_rows(const GemmJob& job, std::int64_t first, std::int64_t last) {
  std::vector<double> rows(static_cast<std::size_t>((last - first) * job.channels));
  for (std::int64_t r = std::max<std::int64_t>(first, 0); r < std::min(last, job.x_rows); ++r)
    for (std::int64_t c = 0; c < job.channels; ++c)
      rows[static_cast<std::size_t>((r - first) * job.channels + c)] =
          job.packed != nullptr ? job.packed[r * job.channels + c]
                                : activate(job.prologue, c, job.x[r * job.x_stride + c]);
  return rows;
}

std::size_t scratch_bytes(const GemmJob&) { return 0; }

void multiply(const GemmJob& job) {
  if (job.t0 >= job.t1) return;
  const auto [lowest, highest] = std::minmax_element(job.tap_row, job.tap_row + job.taps);
  const std::int64_t first = job.t0 * job.stride + *lowest;
  const auto x = activated_rows(job, first, (job.t1 - 1) * job.stride + *highest + 1);
  std::vector<double> weights(static_cast<std::size_t>(job.taps * job.channels));
  for (std::int64_t n = job.n0; n < job.n1; ++n) {
    const double scale = job.feature_scale == nullptr ? 1 : job.feature_scale[n];
    for (int tap = 0; tap < job.taps; ++tap)
      for (std::int64_t c = 0; c < job.channels; ++c)
        weights[static_cast<std::size_t>(tap * job.channels + c)] =
            scale * weight_value(*job.w, n, job.tap_index[tap] * job.channels + c);
    for (std::int64_t t = job.t0; t < job.t1; ++t) {
      double sum = job.bias == nullptr ? 0 : job.bias[n];
      for (int tap = 0; tap < job.taps; ++tap) {
        const double* row = &x[static_cast<std::size_t>(
            (t * job.stride + job.tap_row[tap] - first) * job.channels)];
        const double* w = &weights[static_cast<std::size_t>(tap * job.channels)];
        for (std::int64_t c = 0; c < job.channels; ++c) sum += row[c] * w[c];
      }
      float& y = job.y[t * job.y_stride + n];
      y = static_cast<float>(job.add ? y + sum : sum);
    }
  }
}

std::size_t packed_bytes(std::int64_t channels, std::int64_t x_rows) {
  return static_cast<std::size_t>(x_rows * channels) * sizeof(float);
}

void pack(const float* x, std::int64_t x_stride, std::int64_t channels, std::int64_t r0,
          std::int64_t r1, float* out) {
  for (std::int64_t r = r0; r < r1; ++r)
    std::copy_n(x + r * x_stride, channels, out + r * channels);
}

}  // namespace

const Gemm kReferenceGemm = {1, 1, scratch_bytes, multiply, 1, packed_bytes, pack};

}  // namespace decibit::isa
