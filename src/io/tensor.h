// SPDX-License-Identifier: Apache-2.0
// A named tensor and where its bytes are. Nothing is read before read() is called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/result.h"
#include "core/shape.h"
#include "io/byte_source.h"

namespace decibit {

struct Tensor {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
  std::shared_ptr<const ByteSource> source;
  std::uint64_t offset = 0;           // of element 0, in bytes
  std::vector<std::int64_t> strides;  // in elements; empty = row-major and contiguous

  std::int64_t elements() const;  // readers have checked that these fit
  std::int64_t size_bytes() const;
  /// Fills `out` with the bytes of the row-major sequence of elements, from element `first`.
  /// out.size() is a multiple of the element size. kBadInput when the file ends early.
  Status read(std::int64_t first, std::span<std::byte> out) const;
  Result<std::vector<std::byte>> read_all() const;
  /// Its bytes in place, of any alignment, where source->map() has them and the tensor is
  /// contiguous; else empty.
  std::span<const std::byte> map() const;
};

}  // namespace decibit
