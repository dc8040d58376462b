// SPDX-License-Identifier: Apache-2.0
// exp for whole vocabularies: a few multiplications that compilers make four or more lanes of.
#pragma once

#include <bit>
#include <cstdint>

namespace decibit::transcription {

/// exp(x) for x <= 0, within 2 units in the last place; below -87 it is that of -87, NaN stays NaN.
/// x = n ln 2 + r; exp(r) is a polynomial (Cephes, expf.c), 2^n is put into the exponent.
inline float exp_of_negative(float x) {
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F, kLn2Low = -2.12194440e-4F;
  constexpr float kRounder = 0x1.8p23F;  // adding it leaves no bits behind the point
  x = x < -87.0F ? -87.0F : x;
  const float shifted = x * kLog2E + kRounder;
  const float n = shifted - kRounder;
  const float r = x - n * kLn2High - n * kLn2Low;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  const std::uint32_t exponent =
      std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(kRounder) + 127U;
  return p * std::bit_cast<float>(exponent << 23U);
}

}  // namespace decibit::transcription
