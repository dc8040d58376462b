// SPDX-License-Identifier: Apache-2.0
// mxfp4 and mxfp8: groups of 32 e2m1 or e4m3 elements under one power of two, the smallest that
// keeps the largest element in range (rounded up, since MLX 0.32.4).
//
// cpu:         d = T(amax / M), T = the weight's type; zero groups get byte 127; q = T(w / 2^e)
// metal, cuda: d = amax / M in float;                  zero groups get byte 0;   q = w * (1 / 2^e)
// with M = 6 or 448. One exception to equality on cpu: below 2^-127 the reference's byte wraps into
// a huge scale; here it is 0.
// Source: MLX 0.32.4, mlx/ops.cpp (cpu), metal/kernels/fp_quantized.h and fp8.h (metal).
#include <algorithm>
#include <cmath>

#include "quant/e2m1.h"
#include "quant/e4m3.h"
#include "quant/e8m0.h"
#include "quant/element.h"
#include "quant/format.h"

namespace decibit {
namespace {

constexpr std::uint8_t kOne = 127;  // the byte of scale 1

float largest_magnitude(std::span<const float> weights) {
  float amax = 0;
  for (const float w : weights) amax = std::max(amax, std::fabs(w));
  return amax;
}

std::uint8_t encode(bool four_bits, Profile profile, float q) {
  if (!four_bits) return e4m3_encode(q);
  return profile == Profile::kCpu ? e2m1_encode_nearest(q) : e2m1_encode_even(q);
}

void quantize_group(const Scheme& scheme, Profile profile, DType dtype,
                    std::span<const float> weights, std::span<std::uint8_t> codes, std::byte* scale,
                    std::byte* /*bias*/) {
  const bool four_bits = scheme.bits() == 4;
  const float ideal = largest_magnitude(weights) / (four_bits ? kE2M1Max : kE4M3Max);
  if (profile == Profile::kCpu) {
    const float rounded = round_to(dtype, ideal);
    const std::uint8_t byte = rounded == 0 ? kOne : e8m0_encode_up(rounded);
    const float s = e8m0_decode(byte);
    for (std::size_t i = 0; i < weights.size(); ++i)
      codes[i] = encode(four_bits, profile, round_to(dtype, weights[i] / s));
    *scale = std::byte{byte};
    return;
  }
  const std::uint8_t byte = e8m0_encode_up(ideal);
  const float inverse = 1 / e8m0_decode(byte);
  for (std::size_t i = 0; i < weights.size(); ++i)
    codes[i] = encode(four_bits, profile, weights[i] * inverse);
  *scale = std::byte{byte};
}

void dequantize_group(const Scheme& scheme, DType dtype, std::span<const std::uint8_t> codes,
                      const std::byte* scale, const std::byte* /*bias*/, std::span<float> weights) {
  const bool four_bits = scheme.bits() == 4;
  // In f16 the scale itself may overflow or vanish although the product would fit; so it does in
  // MLX.
  const float s = round_to(dtype, e8m0_decode(std::to_integer<std::uint8_t>(*scale)));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const float element = four_bits ? e2m1_decode(codes[i]) : e4m3_decode(codes[i]);
    weights[i] = round_to(dtype, element * s);  // elements are exact in every type
  }
}

}  // namespace

const Format kMxFormat = {quantize_group, dequantize_group};

}  // namespace decibit
