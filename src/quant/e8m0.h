// SPDX-License-Identifier: Apache-2.0
// e8m0, the scale of the mx formats: the power of two 2^(byte - 127). Byte 0 is 2^-127, a float
// subnormal; byte 255 decodes to infinity, as in MLX.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace decibit {

constexpr float e8m0_decode(std::uint8_t byte) {
  return std::bit_cast<float>(byte == 0 ? 0x00400000u : static_cast<std::uint32_t>(byte) << 23);
}

/// The smallest power of two not below `x`, x >= 0 and finite; 0 and whatever is below 2^-127 give
/// byte 0. The biased exponent of a float is the byte of its leading power of two.
constexpr std::uint8_t e8m0_encode_up(float x) {
  const auto u = std::bit_cast<std::uint32_t>(x);
  if (u <= 0x00400000u) return 0;
  const std::uint32_t up = (u & 0x007FFFFFu) != 0 ? 1 : 0;
  return static_cast<std::uint8_t>(std::min((u >> 23) + up, 254u));
}

}  // namespace decibit
