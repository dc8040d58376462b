// SPDX-License-Identifier: Apache-2.0
#include "core/dtype.h"

#include <array>

#include "core/check.h"

namespace decibit {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  int bits;
  std::string_view torch;
};

constexpr std::array kRows = {
    Row{DType::kF64, "F64", 64, "float64"},
    Row{DType::kF32, "F32", 32, "float32"},
    Row{DType::kF16, "F16", 16, "float16"},
    Row{DType::kBF16, "BF16", 16, "bfloat16"},
    Row{DType::kF8E4M3, "F8_E4M3", 8, "float8_e4m3fn"},
    Row{DType::kF8E5M2, "F8_E5M2", 8, "float8_e5m2"},
    Row{DType::kF8E8M0, "F8_E8M0", 8, "float8_e8m0fnu"},
    Row{DType::kF6E2M3, "F6_E2M3", 6, ""},
    Row{DType::kF6E3M2, "F6_E3M2", 6, ""},
    Row{DType::kF4, "F4", 4, ""},
    Row{DType::kI64, "I64", 64, "int64"},
    Row{DType::kI32, "I32", 32, "int32"},
    Row{DType::kI16, "I16", 16, "int16"},
    Row{DType::kI8, "I8", 8, "int8"},
    Row{DType::kU64, "U64", 64, "uint64"},
    Row{DType::kU32, "U32", 32, "uint32"},
    Row{DType::kU16, "U16", 16, "uint16"},
    Row{DType::kU8, "U8", 8, "uint8"},
    Row{DType::kBool, "BOOL", 8, "bool"},
    Row{DType::kC64, "C64", 64, "complex64"},
};

const Row& row(DType dtype) {
  const Row& r = kRows[static_cast<std::size_t>(dtype)];
  DECIBIT_CHECK(r.dtype == dtype);
  return r;
}

}  // namespace

std::string_view name(DType dtype) { return row(dtype).name; }
int size_bits(DType dtype) { return row(dtype).bits; }

int size_bytes(DType dtype) {
  DECIBIT_CHECK(row(dtype).bits % 8 == 0);
  return row(dtype).bits / 8;
}

std::optional<DType> dtype_from_name(std::string_view name) {
  for (const Row& r : kRows)
    if (r.name == name) return r.dtype;
  return std::nullopt;
}

std::string_view torch_name(DType dtype) { return row(dtype).torch; }

std::optional<DType> dtype_from_torch_name(std::string_view name) {
  for (const Row& r : kRows)
    if (r.torch == name && !name.empty()) return r.dtype;
  return std::nullopt;
}

}  // namespace decibit
