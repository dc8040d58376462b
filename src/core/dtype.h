// SPDX-License-Identifier: Apache-2.0
// Element types, one row each, under the names of safetensors headers and those of PyTorch, which
// configs use too.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace decibit {

enum class DType : std::uint8_t {
  kF64,
  kF32,
  kF16,
  kBF16,
  kF8E4M3,
  kF8E5M2,
  kF8E8M0,
  kF6E2M3,
  kF6E3M2,
  kF4,
  kI64,
  kI32,
  kI16,
  kI8,
  kU64,
  kU32,
  kU16,
  kU8,
  kBool,
  kC64
};

/// "F32", "BF16", ...
std::string_view name(DType dtype);
/// Bits of one element; below 8 for the packed types, whose rows fill whole bytes.
int size_bits(DType dtype);
/// Bytes of one element; CHECKs that it is a whole number.
int size_bytes(DType dtype);
std::optional<DType> dtype_from_name(std::string_view name);

/// "float32", "bfloat16", ... without "torch."; empty for the 4- and 6-bit types, which PyTorch
/// lacks.
std::string_view torch_name(DType dtype);
std::optional<DType> dtype_from_torch_name(std::string_view name);

/// F32, F16, BF16: what MLX computes and quantizes from.
constexpr bool is_mlx_float(DType d) {
  return d == DType::kF32 || d == DType::kF16 || d == DType::kBF16;
}
/// Any floating-point number, F64 and the 4- to 8-bit kinds included.
constexpr bool is_float(DType d) { return d <= DType::kF4; }

}  // namespace decibit
