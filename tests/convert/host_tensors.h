// SPDX-License-Identifier: Apache-2.0
// Whole checkpoints in memory, so that a test can take one apart, change it and write it again, or
// compare two of them number by number.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"
#include "io/json.h"

namespace decibit::testing {

struct HostTensor {
  DType dtype = DType::kF32;
  Shape shape;
  std::vector<std::byte> bytes;

  bool operator==(const HostTensor&) const = default;
};

using HostTensors = std::map<std::string, HostTensor>;

/// Values rounded to F32, F16 or BF16.
HostTensor host_tensor(DType dtype, Shape shape, const std::vector<float>& values);
/// The values of an F32, F16 or BF16 tensor.
std::vector<float> values_of(const HostTensor& tensor);
/// Those of an I32 tensor.
std::vector<std::int32_t> integers_of(const HostTensor& tensor);

/// All weights of a folder or file, read as convert reads them; throws on an unreadable one.
HostTensors read_tensors(const std::filesystem::path& path);
void write_tensors(const std::filesystem::path& file, const HostTensors& tensors,
                   const std::string& format = "pt");

/// The logical weights of an MLX folder: quantized layers dequantized by the scalar rules, fp modes
/// to F32. Names keep their ".weight"; scales and biases are gone.
HostTensors dequantized_tensors(const std::filesystem::path& folder);

Json read_json_file(const std::filesystem::path& path);
void write_text_file(const std::filesystem::path& path, const std::string& text);

/// A copy of a golden source (procedural.h) that a test may change.
std::filesystem::path copy_golden_source(const std::string& id,
                                         const std::filesystem::path& target);
/// The golden source itself, which nobody may change.
std::filesystem::path golden_source(const std::string& id);

/// Reports the first differences of two checkpoints as test failures.
void expect_same_tensors(const HostTensors& actual, const HostTensors& expected);
/// Every regular file, byte for byte, as failures of the running test.
void expect_same_folder(const std::filesystem::path& actual, const std::filesystem::path& expected);

/// Relative path -> content of every file below a folder.
std::map<std::string, std::string> folder_content(const std::filesystem::path& folder);

}  // namespace decibit::testing
