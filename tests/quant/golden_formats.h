// SPDX-License-Identifier: Apache-2.0
// Reads tests/golden/formats: the cases of index.json and the tensors they name. Whatever is
// missing there ends the test program with a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"
#include "quant/scheme.h"

namespace decibit::testing {

struct GoldenTensor {
  DType dtype;
  Shape shape;
  std::vector<std::byte> bytes;

  std::int64_t k() const { return shape.back(); }
  std::size_t rows() const { return elements() / static_cast<std::size_t>(k()); }
  std::size_t elements() const;
  float value(std::size_t index) const;  // F32, F16, BF16
  const std::uint8_t* u8() const { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }
  std::uint16_t u16(std::size_t index) const;
};

struct GoldenCase {
  std::string id;
  Scheme scheme;
  DType dtype;
  std::string input;  // key in inputs.safetensors; empty for decode cases
  std::string file;
  std::vector<std::string> outputs;
};

/// The cases of one kind, "quantize" or "decode".
std::vector<GoldenCase> golden_cases(std::string_view kind);
/// A tensor of one of the files; each file is read once.
const GoldenTensor& golden_tensor(const std::string& file, const std::string& key);
/// What each row of an input is for; empty when its rows have no names.
std::vector<std::string> golden_row_names(const std::string& input);
/// "f16" -> F16
DType golden_dtype(std::string_view name);

/// Equal bits, or both NaN.
bool same_float(float a, float b);

}  // namespace decibit::testing
