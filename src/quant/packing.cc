// SPDX-License-Identifier: Apache-2.0
#include "quant/packing.h"

namespace decibit {

void pack_codes(std::span<const std::uint8_t> codes, int bits, std::byte* out) {
  std::uint32_t window = 0;  // bits not yet written, the oldest lowest
  int held = 0;
  for (const std::uint8_t code : codes) {
    window |= static_cast<std::uint32_t>(code) << held;
    for (held += bits; held >= 8; held -= 8, window >>= 8)
      *out++ = static_cast<std::byte>(window & 0xFFu);
  }
}

void unpack_codes(const std::byte* in, int bits, std::span<std::uint8_t> codes) {
  const std::uint32_t mask = (1u << bits) - 1;
  std::uint32_t window = 0;
  int held = 0;
  for (std::uint8_t& code : codes) {
    for (; held < bits; held += 8) window |= std::to_integer<std::uint32_t>(*in++) << held;
    code = static_cast<std::uint8_t>(window & mask);
    window >>= bits;
    held -= bits;
  }
}

}  // namespace decibit
