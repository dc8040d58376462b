// SPDX-License-Identifier: Apache-2.0
// Elements of the three types MLX computes in, as bytes of a file and as floats.
#pragma once

#include <cstddef>
#include <cstring>

#include "core/check.h"
#include "core/dtype.h"
#include "core/half.h"

namespace decibit {

/// The value of F32, F16 or BF16 nearest to `x`, ties to even.
inline float round_to(DType dtype, float x) {
  switch (dtype) {
    case DType::kF32:
      return x;
    case DType::kF16:
      return f16_to_f32(f32_to_f16(x));
    case DType::kBF16:
      return bf16_to_f32(f32_to_bf16(x));
    default:
      DECIBIT_CHECK(is_mlx_float(dtype));
      return x;
  }
}

/// Element `index` of little-endian F32, F16 or BF16 data of any alignment.
inline float load_element(DType dtype, const std::byte* data, std::size_t index) {
  if (dtype == DType::kF32) {
    float x;
    std::memcpy(&x, data + 4 * index, 4);
    return x;
  }
  DECIBIT_CHECK(is_mlx_float(dtype));
  std::uint16_t half;
  std::memcpy(&half, data + 2 * index, 2);
  return dtype == DType::kF16 ? f16_to_f32(half) : bf16_to_f32(half);
}

/// Writes `x` rounded to F32, F16 or BF16.
inline void store_element(DType dtype, float x, std::byte* data, std::size_t index) {
  if (dtype == DType::kF32) {
    std::memcpy(data + 4 * index, &x, 4);
    return;
  }
  DECIBIT_CHECK(is_mlx_float(dtype));
  const std::uint16_t half = dtype == DType::kF16 ? f32_to_f16(x) : f32_to_bf16(x);
  std::memcpy(data + 2 * index, &half, 2);
}

}  // namespace decibit
