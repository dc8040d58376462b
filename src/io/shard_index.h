// SPDX-License-Identifier: Apache-2.0
// The index of a sharded checkpoint: which tensor is in which file
// ({"metadata": {...}, "weight_map": {"tensor": "model-00001-of-00002.safetensors"}}).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace decibit {

struct ShardIndex {
  std::map<std::string, std::string> file_of;  // by tensor name
  /// The files, each once, sorted.
  std::vector<std::string> files() const;
};

/// kBadInput: no JSON, no weight_map, a tensor named twice, or a file name that is absolute or has
/// ".." in it and so could lead out of the folder.
Result<ShardIndex> parse_shard_index(std::string_view text);

}  // namespace decibit
