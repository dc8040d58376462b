// SPDX-License-Identifier: Apache-2.0
// The result's weight files: which tensor goes where, decided before any data exist.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "convert/piece.h"
#include "core/result.h"
#include "io/json.h"
#include "io/safetensors.h"

namespace decibit {

/// model.safetensors, or model-0000i-of-0000N.safetensors when the tensors exceed the limit: filled
/// greedily in the order of names, no shard empty.
class Shards {
 public:
  Shards(const std::vector<Piece>& pieces, std::uint64_t max_shard_bytes);

  Status create(const std::filesystem::path& folder);
  /// Writes bytes of one output (0: dense data or codes, 1: scales, 2: biases) of a piece, from
  /// `byte_offset` of that tensor. Safe from several threads for disjoint ranges.
  Status write(std::size_t piece, std::size_t output, std::int64_t byte_offset,
               std::span<const std::byte> bytes);
  Status finish();

  std::uint64_t disk_bytes() const;  // headers estimated from above
  std::vector<std::string> file_names() const;
  /// model.safetensors.index.json, as mlx-audio writes it.
  Json index() const;

 private:
  struct Place {
    std::size_t shard = 0, tensor = 0;
  };
  std::string file_name(std::size_t shard) const;

  std::vector<std::vector<TensorHeader>> shards_;
  std::vector<std::vector<Place>> places_;  // [piece][output]
  std::vector<SafetensorsWriter> writers_;
  std::uint64_t total_bytes_ = 0;
};

}  // namespace decibit
