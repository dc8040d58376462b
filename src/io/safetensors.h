// SPDX-License-Identifier: Apache-2.0
// safetensors: 8 bytes of little-endian header length, a JSON header, the data.
// Reader rules: mlx/io/safetensors.cpp plus the checks it lacks (overflow, overlap, gaps,
// duplicate keys). Writer: names in the caller's order, header padded with spaces to 8 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/tensor.h"

namespace decibit {

struct SafetensorsFile {
  std::vector<Tensor> tensors;                  // sorted by name
  std::map<std::string, std::string> metadata;  // empty when absent or null
  std::uint64_t unaccounted_bytes = 0;          // gaps between tensors, and after the last one
};

Result<SafetensorsFile> open_safetensors(const std::filesystem::path& path);
Result<SafetensorsFile> read_safetensors(std::shared_ptr<const ByteSource> source);

struct TensorHeader {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
};

/// Writes the header at once (sizes are known before any data), then the data, in any order.
/// The file is complete after finish(); without it the destructor only closes.
class SafetensorsWriter {
 public:
  /// `tensors` in the order in which their data lie in the file; names must differ.
  static Result<SafetensorsWriter> create(const std::filesystem::path& path,
                                          const std::vector<TensorHeader>& tensors,
                                          const std::map<std::string, std::string>& metadata);
  SafetensorsWriter(SafetensorsWriter&&) noexcept;
  SafetensorsWriter& operator=(SafetensorsWriter&&) noexcept;
  ~SafetensorsWriter();

  /// Byte position of a tensor's first byte in the file, by its place in `tensors`.
  std::uint64_t offset_of(std::size_t index) const;
  /// Writes at an absolute position of the data; tensors may be filled in any order, each byte
  /// once.
  Status write_at(std::uint64_t file_offset, std::span<const std::byte> bytes);
  /// Checks that every data byte was written.
  Status finish();

 private:
  SafetensorsWriter();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace decibit
