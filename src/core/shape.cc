// SPDX-License-Identifier: Apache-2.0
#include "core/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace decibit {

std::optional<std::int64_t> num_elements(const Shape& shape) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 62;
  std::int64_t n = 1;
  bool empty = false;
  for (std::int64_t d : shape) {
    if (d < 0) return std::nullopt;
    if (d == 0) empty = true;
    // A zero must not hide an overflow: [2^32, 2^32, 0] is still a lie.
    if (d != 0 && n > kLimit / d) return std::nullopt;
    if (d != 0) n *= d;
  }
  return empty ? 0 : n;
}

std::optional<std::int64_t> size_bytes(const Shape& shape, DType dtype) {
  const auto n = num_elements(shape);
  const int bits = size_bits(dtype);
  if (!n || *n > (std::int64_t{1} << 62) / bits || *n * bits % 8 != 0) return std::nullopt;
  return *n * bits / 8;
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

}  // namespace decibit
