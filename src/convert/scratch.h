// SPDX-License-Identifier: Apache-2.0
// Buffers that a thread keeps from block to block: they grow and never shrink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace decibit {

/// The first `size_bytes` bytes of a buffer that is made large enough for them.
inline std::span<std::byte> grown(std::vector<std::byte>& buffer, std::int64_t size_bytes) {
  const auto n = static_cast<std::size_t>(size_bytes);
  if (buffer.size() < n) buffer.resize(n);
  return std::span(buffer).first(n);
}

}  // namespace decibit
