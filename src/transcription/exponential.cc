// SPDX-License-Identifier: Apache-2.0
// exp(x) = 2^n exp(r), x = n ln 2 + r; exp(r) is a polynomial (Cephes, expf.c), 2^n is put into the
// exponent.
#include "transcription/exponential.h"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace decibit::transcription {
namespace {

constexpr float kLeast = -87;  // 2^n is a normal number

// kLeast <= x <= 0
inline float exponential(float x) {
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F, kLn2Low = -2.12194440e-4F;
  constexpr float kRounder = 0x1.8p23F;  // adding it leaves no bits behind the point
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

}  // namespace

void exponentials(std::span<const float> x, float most, float scale, float* out) {
  // Two loops: compilers make a branch of the limit when it stands before the polynomial.
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float distance = (x[i] - most) * scale;
    out[i] = distance < kLeast ? kLeast : distance;
  }
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = exponential(out[i]);
}

}  // namespace decibit::transcription
