// SPDX-License-Identifier: Apache-2.0
#include "convert/shards.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"

namespace decibit {
namespace {

std::uint64_t bytes_of(const TensorHeader& header) {
  const auto bytes = size_bytes(header.shape, header.dtype);
  DECIBIT_CHECK(bytes.has_value());
  return static_cast<std::uint64_t>(*bytes);
}

}  // namespace

Shards::Shards(const std::vector<Piece>& pieces, std::uint64_t max_shard_bytes) {
  struct Item {
    TensorHeader header;
    std::size_t piece, output;
  };
  std::vector<Item> items;
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    std::vector<TensorHeader> outputs = outputs_of(pieces[p]);
    places_.emplace_back(outputs.size());
    for (std::size_t o = 0; o < outputs.size(); ++o) items.push_back({std::move(outputs[o]), p, o});
  }
  std::sort(items.begin(), items.end(),
            [](const Item& a, const Item& b) { return a.header.name < b.header.name; });
  std::uint64_t shard_bytes = 0;
  for (Item& item : items) {
    const std::uint64_t bytes = bytes_of(item.header);
    if (shards_.empty() || (shard_bytes > 0 && shard_bytes + bytes > max_shard_bytes)) {
      shards_.emplace_back();
      shard_bytes = 0;
    }
    places_[item.piece][item.output] = {shards_.size() - 1, shards_.back().size()};
    shards_.back().push_back(std::move(item.header));
    shard_bytes += bytes;
    total_bytes_ += bytes;
  }
}

std::string Shards::file_name(std::size_t shard) const {
  if (shards_.size() == 1) return "model.safetensors";
  return fmt::format("model-{:05}-of-{:05}.safetensors", shard + 1, shards_.size());
}

std::vector<std::string> Shards::file_names() const {
  std::vector<std::string> names;
  for (std::size_t s = 0; s < shards_.size(); ++s) names.push_back(file_name(s));
  return names;
}

std::uint64_t Shards::disk_bytes() const {
  std::uint64_t bytes = total_bytes_;
  for (const auto& shard : shards_)
    for (const TensorHeader& header : shard) bytes += header.name.size() + 160;
  return bytes;
}

Status Shards::create(const std::filesystem::path& folder) {
  for (std::size_t s = 0; s < shards_.size(); ++s)
    writers_.push_back(
        TRY(SafetensorsWriter::create(folder / file_name(s), shards_[s], {{"format", "mlx"}})));
  return {};
}

Status Shards::write(std::size_t piece, std::size_t output, std::int64_t byte_offset,
                     std::span<const std::byte> bytes) {
  const Place place = places_[piece][output];
  SafetensorsWriter& writer = writers_[place.shard];
  return writer.write_at(writer.offset_of(place.tensor) + static_cast<std::uint64_t>(byte_offset),
                         bytes);
}

Status Shards::finish() {
  for (SafetensorsWriter& writer : writers_) TRY(writer.finish());
  return {};
}

Json Shards::index() const {
  Json::Object weight_map;  // shards hold the tensors in the order of their names
  for (std::size_t s = 0; s < shards_.size(); ++s)
    for (const TensorHeader& header : shards_[s])
      weight_map.emplace_back(header.name, file_name(s));
  return Json(Json::Object{
      {"metadata", Json::Object{{"total_size", static_cast<std::int64_t>(total_bytes_)}}},
      {"weight_map", std::move(weight_map)}});
}

}  // namespace decibit
