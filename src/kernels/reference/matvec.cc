// SPDX-License-Identifier: Apache-2.0
// y[m, n] = sum_k x[m, k] * W[n, k], one weight after the other, in double. A prepared input is the
// activations that enter the product: x itself, or scale * code of its group.
#include "kernels/matvec.h"

#include <algorithm>

#include "kernels/reference/quantize_group.h"
#include "kernels/reference/reference.h"
#include "kernels/reference/weight_value.h"

namespace decibit::isa {
namespace {

bool supports(const Weights& w, Input input) {
  return input == Input::kF32 || (!w.dense() && w.kind != WeightKind::kMxfp8);
}

std::uint32_t layout(const Weights& w, Input input) {
  return input == Input::kF32 ? 0 : static_cast<std::uint32_t>(w.group_shift);
}

std::size_t input_bytes(const Weights& w, Input, std::int64_t m) {
  return static_cast<std::size_t>(m * w.k) * sizeof(double);
}

void prepare(const Weights& w, Input input, const float* x, std::int64_t x_stride, std::int64_t m,
             void* out) {
  for (std::int64_t i = 0; i < m; ++i) {
    const float* row = x + i * x_stride;
    double* values = static_cast<double*>(out) + i * w.k;
    if (input == Input::kF32) {
      std::copy_n(row, w.k, values);
      continue;
    }
    const std::int64_t group = std::int64_t{1} << w.group_shift;
    for (std::int64_t k = 0; k < w.k; k += group)
      quantize_group(row + k, group, kLargestCode[static_cast<int>(input)], values + k);
  }
}

void multiply(const MatvecJob& job, Input) {
  const Weights& w = *job.w;
  const double* x = static_cast<const double*>(job.input);
  for (std::int64_t n = job.n0; n < job.n1; ++n) {
    double sums[Matvec::kMaxRows] = {};
    for (std::int64_t k = 0; k < w.k; ++k) {
      const double value = weight_value(w, n, k);
      for (std::int64_t i = 0; i < job.m; ++i) sums[i] += x[i * w.k + k] * value;
    }
    for (std::int64_t i = 0; i < job.m; ++i) {
      float& y = job.y[i * job.y_stride + n];
      const double bias = job.bias == nullptr ? 0 : job.bias[n];
      y = static_cast<float>(sums[i] + bias + (job.add ? double{y} : 0));
    }
  }
}

}  // namespace

const Matvec kReferenceMatvec = {supports, layout, input_bytes, prepare, multiply};

}  // namespace decibit::isa
