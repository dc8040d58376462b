// SPDX-License-Identifier: Apache-2.0
#include "kernels/self_test_weights.h"

namespace decibit {
namespace {

using isa::Element;
using isa::WeightKind;

constexpr SampleKind kKinds[] = {{"f32", WeightKind::kF32, 32, 0, Element::kF32, 2},
                                 {"f16", WeightKind::kF16, 16, 0, Element::kF32, 2},
                                 {"bf16", WeightKind::kBF16, 16, 0, Element::kF32, 2},
                                 {"1:32", WeightKind::kAffine, 1, 5, Element::kF32, 4},
                                 {"2:32", WeightKind::kAffine, 2, 5, Element::kF16, 8},
                                 {"3:32", WeightKind::kAffine, 3, 5, Element::kBF16, 16},
                                 {"4:32", WeightKind::kAffine, 4, 5, Element::kBF16, 32},
                                 {"4:64", WeightKind::kAffine, 4, 6, Element::kF16, 32},
                                 {"5:64", WeightKind::kAffine, 5, 6, Element::kF32, 64},
                                 {"6:32", WeightKind::kAffine, 6, 5, Element::kF16, 128},
                                 {"8:64", WeightKind::kAffine, 8, 6, Element::kBF16, 512},
                                 {"8:128", WeightKind::kAffine, 8, 7, Element::kBF16, 512},
                                 {"mxfp4", WeightKind::kMxfp4, 4, 5, Element::kF32, 24},
                                 {"mxfp8", WeightKind::kMxfp8, 8, 5, Element::kF32, 1800},
                                 {"nvfp4", WeightKind::kNvfp4, 4, 4, Element::kF32, 12}};

std::uint32_t next(std::uint32_t& state) {
  state = state * 1664525u + 1013904223u;  // Numerical Recipes' generator
  return state >> 8;
}

/// Codes of any kind, and numbers below 2 in F32, F16 and BF16 alike: the second byte of a pair is
/// a sign and the exponent of a number about one.
std::vector<std::uint8_t> numbers(std::int64_t size, std::uint32_t state) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto random = static_cast<std::uint8_t>(next(state));
    bytes[i] = i % 2 == 0 ? random & 0xBF : static_cast<std::uint8_t>(0x3C | (random & 0x83));
  }
  return bytes;
}

}  // namespace

std::span<const SampleKind> sample_kinds() { return kKinds; }

SampleWeights::SampleWeights(const SampleKind& kind, std::int64_t n, std::int64_t k) {
  const std::int64_t groups = kind.group_shift == 0 ? 0 : k >> kind.group_shift;
  const std::int64_t scale_bytes = kind.kind != WeightKind::kAffine ? 1
                                   : kind.scale == Element::kF32    ? 4
                                                                    : 2;
  data_ = numbers(n * k * kind.bits / 8, 1);
  scales_ = numbers(n * groups * scale_bytes, 2);
  biases_ = numbers(n * groups * scale_bytes, 3);
  for (std::uint8_t& scale : scales_) {
    if (kind.kind == WeightKind::kNvfp4) scale = 0x38 | (scale & 0x87);
    if (kind.kind == WeightKind::kMxfp4 || kind.kind == WeightKind::kMxfp8) scale = 126 + scale % 4;
  }
  view_ = {
      kind.kind,         kind.bits,      kind.group_shift, kind.scale,          n, k, data_.data(),
      k * kind.bits / 8, scales_.data(), biases_.data(),   groups * scale_bytes};
}

std::vector<float> sample_floats(std::int64_t n, std::uint32_t seed, float size) {
  std::vector<float> values(static_cast<std::size_t>(n));
  for (float& v : values) v = size * (static_cast<float>(next(seed)) * 0x1p-23f - 1);
  return values;
}

}  // namespace decibit
