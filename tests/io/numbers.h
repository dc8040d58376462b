// SPDX-License-Identifier: Apache-2.0
// Tensors of any element type as plain numbers, and other small helpers of the io tests.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "core/half.h"
#include "io/byte_source.h"
#include "io/tensor.h"

namespace decibit {

inline std::filesystem::path test_data(const std::string& name) {
  return std::filesystem::path(DECIBIT_SOURCE_DIR) / "tests/data" / name;
}

template <class T>
std::vector<double> widen(const std::vector<std::byte>& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return {values.begin(), values.end()};
}

/// The elements in row-major order.
inline std::vector<double> numbers(const Tensor& tensor) {
  const auto bytes = tensor.read_all();
  EXPECT_TRUE(bytes) << tensor.name << ": " << (bytes ? "" : bytes.error().message);
  if (!bytes) return {};
  std::vector<double> halves = widen<std::uint16_t>(*bytes);
  switch (tensor.dtype) {
    case DType::kF32:
      return widen<float>(*bytes);
    case DType::kF64:
      return widen<double>(*bytes);
    case DType::kI64:
      return widen<std::int64_t>(*bytes);
    case DType::kU32:
      return widen<std::uint32_t>(*bytes);
    case DType::kF16:
      for (double& x : halves) x = f16_to_f32(static_cast<std::uint16_t>(x));
      return halves;
    case DType::kBF16:
      for (double& x : halves) x = bf16_to_f32(static_cast<std::uint16_t>(x));
      return halves;
    default:
      EXPECT_EQ(size_bytes(tensor.dtype), 1);
      return widen<std::uint8_t>(*bytes);
  }
}

/// 0, 1, 2, ... as fixtures hold them.
inline std::vector<double> counting(std::int64_t count) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i));
  return values;
}

inline const Tensor& tensor_named(const std::vector<Tensor>& tensors, std::string_view name) {
  for (const Tensor& tensor : tensors)
    if (tensor.name == name) return tensor;
  ADD_FAILURE() << "no tensor " << name;
  static const Tensor kNone;
  return kNone;
}

inline std::vector<std::string> names_of(const std::vector<Tensor>& tensors) {
  std::vector<std::string> names;
  for (const Tensor& tensor : tensors) names.push_back(tensor.name);
  return names;
}

inline std::shared_ptr<const ByteSource> bytes_source(const std::string& bytes) {
  return memory_source("memory", std::as_bytes(std::span(bytes)));
}

}  // namespace decibit
