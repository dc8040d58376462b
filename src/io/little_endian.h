// SPDX-License-Identifier: Apache-2.0
// Little-endian integers inside of text buffers, as archives and pickles hold them. The caller has
// checked that the bytes are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.h"

namespace decibit {

template <class T>
constexpr T load_little_endian(std::string_view bytes, std::size_t at) {
  DECIBIT_CHECK(at <= bytes.size() && sizeof(T) <= bytes.size() - at);
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<T>(value);
}

constexpr std::uint16_t load_u16(std::string_view bytes, std::size_t at) {
  return load_little_endian<std::uint16_t>(bytes, at);
}
constexpr std::uint32_t load_u32(std::string_view bytes, std::size_t at) {
  return load_little_endian<std::uint32_t>(bytes, at);
}
constexpr std::uint64_t load_u64(std::string_view bytes, std::size_t at) {
  return load_little_endian<std::uint64_t>(bytes, at);
}

}  // namespace decibit
