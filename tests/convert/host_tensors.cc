// SPDX-License-Identifier: Apache-2.0
#include "host_tensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "core/half.h"
#include "folder_digest.h"
#include "io/checkpoint.h"
#include "io/safetensors.h"
#include "nn/weights.h"
#include "procedural.h"
#include "quant/quantize.h"

namespace decibit::testing {
namespace fs = std::filesystem;
namespace {

template <class T>
T checked(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(result).value();
}

void checked(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

HostTensor read_tensor(const Tensor& tensor) {
  return {tensor.dtype, tensor.shape, checked(tensor.read_all())};
}

HostTensor dequantized(const Weight& weight) {
  const auto codes = checked(weight.tensor->read_all());
  const auto scales = checked(weight.scales->read_all());
  const auto biases =
      weight.biases == nullptr ? std::vector<std::byte>() : checked(weight.biases->read_all());
  const DType dtype = weight.scheme->has_biases() ? weight.dtype : DType::kF32;
  const auto k = static_cast<std::size_t>(weight.shape.back());
  const auto rows = static_cast<std::size_t>(weight.elements()) / k;
  std::vector<float> values(rows * k);
  for (std::size_t r = 0; r < rows; ++r)
    dequantize_row(
        *weight.scheme, dtype,
        {codes.data() + r * (codes.size() / rows), scales.data() + r * (scales.size() / rows),
         biases.empty() ? nullptr : biases.data() + r * (biases.size() / rows)},
        std::span(values).subspan(r * k, k));
  return host_tensor(dtype, weight.shape, values);
}

std::string difference(const HostTensor& a, const HostTensor& b) {
  if (a.dtype != b.dtype || a.shape != b.shape)
    return std::string(name(a.dtype)) + " " + to_string(a.shape) + " instead of " +
           std::string(name(b.dtype)) + " " + to_string(b.shape);
  const auto at = std::mismatch(a.bytes.begin(), a.bytes.end(), b.bytes.begin()).first;
  return "byte " + std::to_string(at - a.bytes.begin()) + " differs";
}

}  // namespace

HostTensor host_tensor(DType dtype, Shape shape, const std::vector<float>& values) {
  return {dtype, std::move(shape), to_bytes(values, dtype)};
}

std::vector<float> values_of(const HostTensor& tensor) {
  const auto size = static_cast<std::size_t>(size_bytes(tensor.dtype));
  std::vector<float> values(tensor.bytes.size() / size);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::byte* const at = tensor.bytes.data() + i * size;
    std::uint16_t half = 0;
    if (tensor.dtype == DType::kF32) {
      std::memcpy(&values[i], at, sizeof(float));
    } else {
      std::memcpy(&half, at, sizeof half);
      values[i] = tensor.dtype == DType::kF16 ? f16_to_f32(half) : bf16_to_f32(half);
    }
  }
  return values;
}

std::vector<std::int32_t> integers_of(const HostTensor& tensor) {
  std::vector<std::int32_t> values(tensor.bytes.size() / 4);
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

HostTensors read_tensors(const fs::path& path) {
  Reporter silent;
  HostTensors tensors;
  for (const Tensor& tensor : checked(open_checkpoint(path, silent)).tensors)
    tensors[tensor.name] = read_tensor(tensor);
  return tensors;
}

void write_tensors(const fs::path& file, const HostTensors& tensors, const std::string& format) {
  fs::create_directories(file.parent_path());
  std::vector<TensorHeader> headers;
  for (const auto& [name, tensor] : tensors) headers.push_back({name, tensor.dtype, tensor.shape});
  auto writer = checked(SafetensorsWriter::create(file, headers, {{"format", format}}));
  std::size_t index = 0;
  for (const auto& [name, tensor] : tensors)
    checked(writer.write_at(writer.offset_of(index++), tensor.bytes));
  checked(writer.finish());
}

HostTensors dequantized_tensors(const fs::path& folder) {
  Reporter silent;
  const Checkpoint checkpoint = checked(open_checkpoint(folder, silent));
  HostTensors tensors;
  for (const Weight& weight :
       checked(group_weights(checkpoint, read_json_file(folder / "config.json"))))
    tensors[weight.name] = weight.scheme ? dequantized(weight) : read_tensor(*weight.tensor);
  return tensors;
}

Json read_json_file(const fs::path& path) { return checked(Json::parse(file_bytes(path))); }

void write_text_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

fs::path golden_source(const std::string& id) {
  return golden_source_folder(id, fs::path(DECIBIT_BINARY_DIR) / "golden_sources");
}

fs::path copy_golden_source(const std::string& id, const fs::path& target) {
  fs::create_directories(target.parent_path());
  fs::copy(golden_source(id), target, fs::copy_options::recursive);
  return target;
}

void expect_same_tensors(const HostTensors& actual, const HostTensors& expected) {
  for (const auto& [name, tensor] : expected) {
    const auto it = actual.find(name);
    if (it == actual.end()) {
      ADD_FAILURE() << "missing " << name;
    } else if (it->second != tensor) {
      ADD_FAILURE() << name << ": " << difference(it->second, tensor);
    }
  }
  for (const auto& [name, tensor] : actual)
    if (!expected.contains(name)) ADD_FAILURE() << "unexpected " << name;
}

void expect_same_folder(const fs::path& actual, const fs::path& expected) {
  const auto ours = folder_content(actual), theirs = folder_content(expected);
  for (const auto& [name, content] : theirs) {
    const auto it = ours.find(name);
    if (it == ours.end()) {
      ADD_FAILURE() << "missing " << name;
    } else if (it->second != content) {
      const auto at =
          std::mismatch(content.begin(), content.end(), it->second.begin(), it->second.end()).first;
      ADD_FAILURE() << name << " differs from byte " << at - content.begin();
    }
  }
  for (const auto& [name, content] : ours)
    if (!theirs.contains(name)) ADD_FAILURE() << "unexpected " << name;
}

std::map<std::string, std::string> folder_content(const fs::path& folder) {
  std::map<std::string, std::string> content;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      content[entry.path().lexically_relative(folder).string()] = file_bytes(entry.path());
  return content;
}

}  // namespace decibit::testing
