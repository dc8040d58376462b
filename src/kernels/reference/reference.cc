// SPDX-License-Identifier: Apache-2.0
// Every function calls the rule in quant/ or core/half.h, in doubles where only figures are made.
// The other tables are tested against this one.
#include "kernels/reference/reference.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "quant/element.h"
#include "quant/quantize.h"

namespace decibit {
namespace {

std::vector<float> load_row(DType dtype, const std::byte* in, std::size_t n) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = load_element(dtype, in, i);
  return values;
}

std::vector<std::byte> widen(DType from, const std::byte* in, std::size_t n) {
  std::vector<std::byte> floats(4 * n);
  for (std::size_t i = 0; i < n; ++i)
    store_element(DType::kF32, load_element(from, in, i), floats.data(), i);
  return floats;
}

// What the row holds as a machine computing in float sees it: stored scales and biases, no rounding
// of products to the storage type.
std::vector<float> values_in_float(const RowJob& job, DType scale_dtype) {
  std::vector<float> values(static_cast<std::size_t>(job.k));
  if (!job.scheme.has_biases()) {
    dequantize_row(job.scheme, DType::kF32, {job.codes, job.scales, nullptr}, values);
    return values;
  }
  const auto groups = static_cast<std::size_t>(job.scheme.groups_per_row(job.k));
  const auto scales = widen(scale_dtype, job.scales, groups);
  const auto biases = widen(scale_dtype, job.biases, groups);
  dequantize_row(job.scheme, DType::kF32, {job.codes, scales.data(), biases.data()}, values);
  return values;
}

QuantError measure(const Scheme& scheme, const std::vector<float>& weights,
                   const std::vector<float>& values) {
  QuantError error;
  error.groups = scheme.groups_per_row(static_cast<std::int64_t>(weights.size()));
  const auto group = static_cast<std::size_t>(scheme.group_size());
  for (std::size_t start = 0; start < weights.size(); start += group) {
    bool any_before = false, any_after = false;
    for (std::size_t i = start; i < start + group; ++i) {
      const double w = weights[i], difference = weights[i] - values[i];
      error.signal += w * w;
      error.noise += difference * difference;
      any_before |= weights[i] != 0;
      any_after |= values[i] != 0;
    }
    if (any_before && !any_after) ++error.zeroed_groups;
  }
  // A scale that overflowed to infinity decodes to NaN: nothing of the signal is left.
  if (std::isnan(error.noise)) error.noise = std::numeric_limits<double>::infinity();
  return error;
}

QuantError quantize(const RowJob& job) {
  const auto weights = load_row(job.dtype, job.weights, static_cast<std::size_t>(job.k));
  const QuantizedRow row = {job.codes, job.scales, job.biases};
  if (job.rule == ScaleRule::kF16First) {
    quantize_row_f16_scales(job.scheme, weights, row);
    return measure(job.scheme, weights, values_in_float(job, DType::kF16));
  }
  quantize_row(job.scheme, job.profile, job.dtype, weights, row);
  return measure(job.scheme, weights, values_in_float(job, job.dtype));
}

void dequantize(const Scheme& scheme, DType scale_dtype, std::int64_t k, const std::byte* codes,
                const std::byte* scales, const std::byte* biases, DType out_dtype, std::byte* out) {
  std::vector<float> values(static_cast<std::size_t>(k));
  dequantize_row(scheme, scheme.has_biases() ? scale_dtype : out_dtype, {codes, scales, biases},
                 values);
  for (std::size_t i = 0; i < values.size(); ++i) store_element(out_dtype, values[i], out, i);
}

// F64 goes through F32, as in MLX (its f64 to bf16 rounds twice).
void cast(DType from, const std::byte* in, DType to, std::byte* out, std::size_t n) {
  if (from == to) {
    std::memcpy(out, in, n * static_cast<std::size_t>(size_bytes(from)));
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (from == DType::kF64) {
      double x;
      std::memcpy(&x, in + 8 * i, 8);
      store_element(to, static_cast<float>(x), out, i);
    } else {
      store_element(to, load_element(from, in, i), out, i);
    }
  }
}

std::size_t first_nonfinite(DType dtype, const std::byte* in, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (dtype == DType::kF64) {
      double x;
      std::memcpy(&x, in + 8 * i, 8);
      if (!std::isfinite(x)) return i;
    } else if (!std::isfinite(load_element(dtype, in, i))) {
      return i;
    }
  }
  return n;
}

}  // namespace

const KernelTable kReferenceTable = {"reference",
                                     quantize,
                                     dequantize,
                                     cast,
                                     first_nonfinite,
                                     &isa::kReferenceMatvec,
                                     &isa::kReferenceGemm,
                                     &isa::kReferenceIntGemm,
                                     &isa::kReferenceToomCook,
                                     &isa::kReferenceAttention,
                                     &isa::kReferenceLstm,
                                     &isa::kReferencePointwise,
                                     &isa::kReferenceLimits};

}  // namespace decibit
