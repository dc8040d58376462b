// SPDX-License-Identifier: Apache-2.0
// e4m3 ("fn"), the element of mxfp8 and the scale of nvfp4: bias 7, largest 448 (0x7E), smallest
// 2^-9, 0x7F and 0xFF are NaN, no infinity.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace decibit {

inline constexpr float kE4M3Max = 448;

/// Rounds to nearest even; saturates at 448, infinities and NaN included, so it never makes a NaN.
inline std::uint8_t e4m3_encode(float x) {
  const auto u = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t sign = (u >> 24) & 0x80u;
  const std::uint32_t a = u & 0x7FFFFFFFu;
  if (a >= 0x43E00000u) return static_cast<std::uint8_t>(sign | 0x7Eu);  // 448 and beyond
  if (a < 0x3C800000u) {  // below 2^-6: multiples of 2^-9; 8 of them carry into the first normal
    const float steps = std::nearbyint(std::bit_cast<float>(a) * 512);
    return static_cast<std::uint8_t>(sign | static_cast<std::uint32_t>(steps));
  }
  const std::uint32_t rounded = a + 0x7FFFFu + ((a >> 20) & 1u);
  return static_cast<std::uint8_t>(sign | ((rounded - (120u << 23)) >> 20));
}

inline float e4m3_decode(std::uint8_t code) {
  const int exponent = (code >> 3) & 15;
  const int mantissa = code & 7;
  if ((code & 0x7F) == 0x7F) return std::numeric_limits<float>::quiet_NaN();
  const float magnitude = exponent > 0 ? std::ldexp(static_cast<float>(8 + mantissa), exponent - 10)
                                       : std::ldexp(static_cast<float>(mantissa), -9);
  return (code & 0x80) != 0 ? -magnitude : magnitude;
}

}  // namespace decibit
