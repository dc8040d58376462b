// SPDX-License-Identifier: Apache-2.0
// The product of gemm.h, term by term in double, on what integer activations stand for: a prepared
// row is scale * code of every channel. Rows outside x are zeros.
#include "kernels/int_gemm.h"

#include <vector>

#include "kernels/reference/prologue.h"
#include "kernels/reference/quantize_group.h"
#include "kernels/reference/reference.h"
#include "kernels/reference/weight_value.h"

namespace decibit::isa {
namespace {

bool supports(const Weights& w, Input input) {
  return input != Input::kF32 && !w.dense() && w.kind != WeightKind::kMxfp8;
}

std::uint32_t layout(const Weights& w, Input input) {
  return static_cast<std::uint32_t>(w.group_shift) << 2 | static_cast<std::uint32_t>(input);
}

std::size_t input_bytes(const Weights&, Input, std::int64_t channels, std::int64_t x_rows) {
  return static_cast<std::size_t>(x_rows * channels) * sizeof(double);
}

void prepare(const Weights& w, Input input, const float* x, std::int64_t x_stride, std::int64_t,
             std::int64_t channels, const Prologue& prologue, std::int64_t r0, std::int64_t r1,
             void* out) {
  const std::int64_t group = std::int64_t{1} << w.group_shift;
  std::vector<float> values(static_cast<std::size_t>(channels));
  for (std::int64_t r = r0; r < r1; ++r) {
    for (std::int64_t c = 0; c < channels; ++c)
      values[static_cast<std::size_t>(c)] =
          static_cast<float>(activate(prologue, c, x[r * x_stride + c]));
    double* row = static_cast<double*>(out) + r * channels;
    for (std::int64_t c = 0; c < channels; c += group)
      quantize_group(values.data() + c, group, kLargestCode[static_cast<int>(input)], row + c);
  }
}

std::size_t scratch_bytes(const GemmJob&, Input) { return 0; }

void multiply(const GemmJob& job, Input, const void* prepared) {
  const auto* x = static_cast<const double*>(prepared);
  std::vector<double> weights(static_cast<std::size_t>(job.taps * job.channels));
  for (std::int64_t n = job.n0; n < job.n1; ++n) {
    for (int tap = 0; tap < job.taps; ++tap)
      for (std::int64_t c = 0; c < job.channels; ++c)
        weights[static_cast<std::size_t>(tap * job.channels + c)] =
            weight_value(*job.w, n, job.tap_index[tap] * job.channels + c);
    for (std::int64_t t = job.t0; t < job.t1; ++t) {
      double sum = job.bias == nullptr ? 0 : job.bias[n];
      for (int tap = 0; tap < job.taps; ++tap) {
        const std::int64_t r = t * job.stride + job.tap_row[tap];
        if (r < 0 || r >= job.x_rows) continue;
        const double* w = &weights[static_cast<std::size_t>(tap * job.channels)];
        for (std::int64_t c = 0; c < job.channels; ++c) sum += x[r * job.channels + c] * w[c];
      }
      float& y = job.y[t * job.y_stride + n];
      y = static_cast<float>(job.add ? y + sum : sum);
    }
  }
}

}  // namespace

const IntGemm kReferenceIntGemm = {1,           1,       supports,      layout,
                                   input_bytes, prepare, scratch_bytes, multiply};

}  // namespace decibit::isa
