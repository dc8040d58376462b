// SPDX-License-Identifier: Apache-2.0
// e2m1, the 4-bit element of mxfp4 and nvfp4: sign, two exponent bits, one mantissa bit. No NaN, no
// infinity. Code 8 is -0.
#pragma once

#include <cmath>
#include <cstdint>

namespace decibit {

inline constexpr float kE2M1Values[16] = {0,     0.5f,  1,  1.5f,  2,  3,  4,  6,
                                          -0.0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};
inline constexpr float kE2M1Max = 6;

constexpr float e2m1_decode(std::uint8_t code) { return kE2M1Values[code & 15]; }

/// MLX's CPU: the first minimum of |x - value| over the codes 0..15, distances in float. So ties go
/// to the smaller magnitude, no result is -0, and NaN, infinity and an x so large that all
/// distances are equal give 0.
inline std::uint8_t e2m1_encode_nearest(float x) {
  std::uint8_t best = 0;
  for (std::uint8_t code = 1; code < 16; ++code)
    if (std::fabs(x - kE2M1Values[code]) < std::fabs(x - kE2M1Values[best])) best = code;
  return best;
}

/// MLX's Metal (fp4.h) and the CUDA converters: ties to the even code, the sign of zero kept,
/// values past 6 saturate, NaN gives 7.
inline std::uint8_t e2m1_encode_even(float x) {
  if (std::isnan(x)) return 7;
  const float a = std::fabs(x);
  const auto sign = static_cast<std::uint8_t>(std::signbit(x) ? 8 : 0);
  const int code = (a > 0.25f) + (a >= 0.75f) + (a > 1.25f) + (a >= 1.75f) + (a > 2.5f) +
                   (a >= 3.5f) + (a > 5.0f);
  return static_cast<std::uint8_t>(sign | code);
}

}  // namespace decibit
