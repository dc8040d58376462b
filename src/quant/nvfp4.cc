// SPDX-License-Identifier: Apache-2.0
// nvfp4: groups of 16 e2m1 elements under one e4m3 scale, amax / 6. MLX's layers store no global
// scale, so small groups lose precision: below amax = 6 * 2^-10 the scale is 0 and the group is
// lost.
//
// cpu:   scale = e4m3(T(amax / 6)), q = T(w / scale); a zero scale gives code 0
// metal: scale = e4m3(amax / 6), q = w * (1 / scale), with 0 for the inverse of a zero scale
// cuda:  as metal, but the inverse of a zero scale is infinite: 0 * inf is NaN, which is code 7
// Source: MLX 0.32.4, mlx/ops.cpp (cpu), metal/kernels/fp_quantized.h,
// cuda/quantized/fp_quantize.cuh.
#include <algorithm>
#include <cmath>
#include <limits>

#include "quant/e2m1.h"
#include "quant/e4m3.h"
#include "quant/element.h"
#include "quant/format.h"

namespace decibit {
namespace {

void quantize_group(const Scheme& /*scheme*/, Profile profile, DType dtype,
                    std::span<const float> weights, std::span<std::uint8_t> codes, std::byte* scale,
                    std::byte* /*bias*/) {
  float amax = 0;
  for (const float w : weights) amax = std::max(amax, std::fabs(w));
  const float ideal = amax / kE2M1Max;
  const std::uint8_t byte = e4m3_encode(profile == Profile::kCpu ? round_to(dtype, ideal) : ideal);
  *scale = std::byte{byte};
  const float s = e4m3_decode(byte);  // exact in every type
  if (profile == Profile::kCpu) {
    for (std::size_t i = 0; i < weights.size(); ++i)
      codes[i] = s == 0 ? std::uint8_t{0} : e2m1_encode_nearest(round_to(dtype, weights[i] / s));
    return;
  }
  const float inverse_of_zero =
      profile == Profile::kCuda ? std::numeric_limits<float>::infinity() : 0.0f;
  const float inverse = s == 0 ? inverse_of_zero : 1 / s;
  for (std::size_t i = 0; i < weights.size(); ++i)
    codes[i] = e2m1_encode_even(weights[i] * inverse);
}

void dequantize_group(const Scheme& /*scheme*/, DType dtype, std::span<const std::uint8_t> codes,
                      const std::byte* scale, const std::byte* /*bias*/, std::span<float> weights) {
  const float s = e4m3_decode(std::to_integer<std::uint8_t>(*scale));
  for (std::size_t i = 0; i < codes.size(); ++i)
    weights[i] = round_to(dtype, e2m1_decode(codes[i]) * s);
}

}  // namespace

const Format kNvfp4Format = {quantize_group, dequantize_group};

}  // namespace decibit
