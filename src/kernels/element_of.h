// SPDX-License-Identifier: Apache-2.0
// From the types of the project to the plain ones of isa.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/check.h"
#include "core/dtype.h"
#include "kernels/isa.h"

namespace decibit {

inline isa::Element element_of(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return isa::Element::kF64;
    case DType::kF32:
      return isa::Element::kF32;
    case DType::kF16:
      return isa::Element::kF16;
    case DType::kBF16:
      return isa::Element::kBF16;
    default:  // kernels take no other type
      DECIBIT_CHECK(false);
      return {};
  }
}

inline const std::uint8_t* plain_bytes(const std::byte* p) {
  return reinterpret_cast<const std::uint8_t*>(p);
}
inline std::uint8_t* plain_bytes(std::byte* p) { return reinterpret_cast<std::uint8_t*>(p); }

}  // namespace decibit
