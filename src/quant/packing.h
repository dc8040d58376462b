// SPDX-License-Identifier: Apache-2.0
// Codes as a little-endian bit stream: bit j of code i is bit i*bits + j of the stream. The same
// rule covers every width; codes of 3, 5 and 6 bits run over the borders of the 32-bit words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace decibit {

/// Writes codes.size() * bits / 8 bytes; that must be a whole number. Codes are below 2^bits.
void pack_codes(std::span<const std::uint8_t> codes, int bits, std::byte* out);
/// The inverse.
void unpack_codes(const std::byte* in, int bits, std::span<std::uint8_t> codes);

}  // namespace decibit
