// SPDX-License-Identifier: Apache-2.0
#include "io/shard_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "io/json.h"

namespace decibit {
namespace {

bool stays_in_folder(const std::string& file) {
  const std::filesystem::path path(file);
  return !file.empty() && file.find('\0') == file.npos && path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

}  // namespace

std::vector<std::string> ShardIndex::files() const {
  std::set<std::string> files;
  for (const auto& [tensor, file] : file_of) files.insert(file);
  return {files.begin(), files.end()};
}

Result<ShardIndex> parse_shard_index(std::string_view text) {
  const Json json = TRY(Json::parse(text, Json::Duplicates::kError));
  const Json* weight_map = json.find("weight_map");
  if (weight_map == nullptr || !weight_map->is_object())
    return fail(ErrorCode::kBadInput, "the index has no \"weight_map\" object");
  ShardIndex index;
  for (const auto& [tensor, file] : *weight_map->object()) {
    if (!file.is_string() || !stays_in_folder(*file.string()))
      return fail(
          ErrorCode::kBadInput,
          fmt::format("tensor {}: {} is no file name inside of the folder", tensor, file.dump(-1)));
    index.file_of.emplace(tensor, *file.string());
  }
  return index;
}

}  // namespace decibit
