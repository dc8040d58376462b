// SPDX-License-Identifier: Apache-2.0
#include "kernels/self_test.h"

#include <array>
#include <limits>

#include "kernels/reference/reference.h"
#include "quant/element.h"

namespace decibit {
namespace {

constexpr std::size_t kWeights = 384;  // three groups of the largest size
using Bytes = std::array<std::byte, 4 * kWeights>;

// Weights of very different sizes and both signs; the second group is zero, so are parts of others.
Bytes sample_weights(DType dtype) {
  Bytes bytes{};
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < kWeights; ++i) {
    state = state * 1664525u + 1013904223u;  // Numerical Recipes' generator
    const float unit = static_cast<float>(state >> 8) * 0x1p-23f - 1;
    const bool zero = (i >= 128 && i < 256) || i % 37 == 0;
    store_element(dtype, zero ? 0 : unit * (i < 64 ? 0.02f : 3.0f), bytes.data(), i);
  }
  return bytes;
}

struct Row {
  Bytes codes{}, scales{}, biases{}, values{};
  QuantError error;
  bool operator==(const Row& other) const {
    return codes == other.codes && scales == other.scales && biases == other.biases &&
           values == other.values && error.groups == other.error.groups &&
           error.zeroed_groups == other.error.zeroed_groups;
  }
};

Row run(const KernelTable& table, const Scheme& scheme, Profile profile, ScaleRule rule,
        DType dtype, const Bytes& weights) {
  Row row;
  row.error =
      table.quantize_row({scheme, profile, rule, dtype, kWeights, weights.data(), row.codes.data(),
                          row.scales.data(), scheme.has_biases() ? row.biases.data() : nullptr});
  table.dequantize_row(scheme, rule == ScaleRule::kF16First ? DType::kF16 : dtype, kWeights,
                       row.codes.data(), row.scales.data(), row.biases.data(), dtype,
                       row.values.data());
  return row;
}

std::string check_quantize(const KernelTable& table, DType dtype) {
  const Bytes weights = sample_weights(dtype);
  for (const Scheme& scheme : all_schemes()) {
    for (const Profile profile : {Profile::kCpu, Profile::kMetal}) {
      for (const ScaleRule rule : {ScaleRule::kMlx, ScaleRule::kF16First}) {
        if (rule == ScaleRule::kF16First && !scheme.has_biases()) continue;
        if (!(run(table, scheme, profile, rule, dtype, weights) ==
              run(kReferenceTable, scheme, profile, rule, dtype, weights)))
          return "quantize " + to_string(scheme) + " of " + std::string(name(dtype));
      }
    }
  }
  return {};
}

std::string check_cast(const KernelTable& table, DType from, DType to) {
  const Bytes in = sample_weights(from);
  Bytes got{}, want{};
  table.cast(from, in.data(), to, got.data(), kWeights - 1);
  kReferenceTable.cast(from, in.data(), to, want.data(), kWeights - 1);
  if (got == want) return {};
  return "cast " + std::string(name(from)) + " to " + std::string(name(to));
}

std::string check_first_nonfinite(const KernelTable& table, DType dtype) {
  Bytes in = sample_weights(dtype);
  if (table.first_nonfinite(dtype, in.data(), kWeights) != kWeights) return "finding NaN";
  store_element(dtype, std::numeric_limits<float>::infinity(), in.data(), 101);
  if (table.first_nonfinite(dtype, in.data(), kWeights) != 101) return "finding infinity";
  return {};
}

}  // namespace

std::string self_test(const KernelTable& table) {
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    if (std::string fault = check_quantize(table, dtype); !fault.empty()) return fault;
    for (const DType to : {DType::kF32, DType::kF16, DType::kBF16})
      if (std::string fault = check_cast(table, dtype, to); !fault.empty()) return fault;
    if (std::string fault = check_first_nonfinite(table, dtype); !fault.empty()) return fault;
  }
  return {};
}

}  // namespace decibit
