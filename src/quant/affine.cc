// SPDX-License-Identifier: Apache-2.0
// Affine groups: w ~ scale * code + bias, code in [0, 2^bits).
//
// One end of the group (the one farther from zero) becomes code 0 exactly, and the scale is bent so
// that zero falls on a code; the scale is negative when that end is the maximum. Codes come from
// the unrounded scale; what is stored is rounded to the weight's type afterwards. Source: MLX
// 0.32.4, mlx/backend/cpu/quantized.cpp and metal/kernels/quantized.h (affine_quantize).
#include <algorithm>
#include <cmath>
#include <limits>

#include "quant/element.h"
#include "quant/format.h"

namespace decibit {
namespace {

constexpr float kSmallestScale = 1e-7f;
constexpr float kF16Max = 65504;

struct Line {
  float scale;
  float bias;
};

// The GPU back ends round halves away from zero, the CPU to even.
float round_code(Profile profile, float x) {
  return profile == Profile::kCpu ? std::nearbyint(x) : std::round(x);
}

// Scale and bias before any rounding to a storage type.
Line fit_line(int bits, Profile profile, std::span<const float> weights) {
  // The GPU kernels start the maximum at 0: a group of negative values gets the range up to 0.
  float hi = profile == Profile::kCpu ? -std::numeric_limits<float>::infinity() : 0.0f;
  float lo = std::numeric_limits<float>::infinity();
  for (const float w : weights) {
    if (hi < w) hi = w;
    if (w < lo) lo = w;  // strict: of equal zeros the first one's sign stays
  }
  const auto top = static_cast<float>((1 << bits) - 1);
  float scale = std::max((hi - lo) / top, kSmallestScale);
  if (bits == 1) return {scale, lo};

  const bool negative_side = std::fabs(lo) > std::fabs(hi);
  if (!negative_side) scale = -scale;
  const float edge = negative_side ? lo : hi;
  const float zero_code = round_code(profile, edge / scale);
  if (zero_code == 0) return {scale, 0.0f};  // the whole group is about as small as the scale
  return {edge / zero_code, edge};
}

// NaN arises when a constant group is so large that the scale became 0; it counts as code 0.
std::uint8_t choose_code(Profile profile, int bits, Line line, float weight) {
  const float code = round_code(profile, (weight - line.bias) / line.scale);
  if (!(code > 0)) return 0;
  return static_cast<std::uint8_t>(std::min(code, static_cast<float>((1 << bits) - 1)));
}

void quantize_group(const Scheme& scheme, Profile profile, DType dtype,
                    std::span<const float> weights, std::span<std::uint8_t> codes, std::byte* scale,
                    std::byte* bias) {
  const Line line = fit_line(scheme.bits(), profile, weights);
  for (std::size_t i = 0; i < weights.size(); ++i)
    codes[i] = choose_code(profile, scheme.bits(), line, weights[i]);
  store_element(dtype, line.scale, scale, 0);
  store_element(dtype, line.bias, bias, 0);
}

void dequantize_group(const Scheme& /*scheme*/, DType dtype, std::span<const std::uint8_t> codes,
                      const std::byte* scale, const std::byte* bias, std::span<float> weights) {
  const float s = load_element(dtype, scale, 0);
  const float b = load_element(dtype, bias, 0);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const float product = round_to(dtype, static_cast<float>(codes[i]) * s);
    weights[i] = round_to(dtype, product + b);
  }
}

// Rounded to f16, but to the largest finite value rather than to infinity.
float round_to_finite_f16(float x) {
  return round_to(DType::kF16, std::clamp(x, -kF16Max, kF16Max));
}

}  // namespace

const Format kAffineFormat = {quantize_group, dequantize_group};

void quantize_affine_group_f16(const Scheme& scheme, std::span<const float> weights,
                               std::span<std::uint8_t> codes, std::byte* scale, std::byte* bias) {
  const Line exact = fit_line(scheme.bits(), Profile::kCpu, weights);
  const Line line = {round_to_finite_f16(exact.scale), round_to_finite_f16(exact.bias)};
  // A zero scale (a constant group beyond f16) makes every quotient infinite or NaN.
  for (std::size_t i = 0; i < weights.size(); ++i)
    codes[i] = line.scale == 0 ? std::uint8_t{0}
                               : choose_code(Profile::kCpu, scheme.bits(), line, weights[i]);
  store_element(DType::kF16, line.scale, scale, 0);
  store_element(DType::kF16, line.bias, bias, 0);
}

}  // namespace decibit
