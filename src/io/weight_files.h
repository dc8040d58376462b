// SPDX-License-Identifier: Apache-2.0
// Which files of a folder are its weights. Repositories hold the same network in several formats
// and namings; exactly one family of files is chosen, and the choice is explained.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/shard_index.h"

namespace decibit {

struct WeightFiles {
  std::string family;               // "safetensors", "npz", "pytorch"
  std::vector<std::string> files;   // sorted, relative to the folder
  std::string index_name;           // "model.safetensors.index.json", or empty
  ShardIndex index;                 // its content; then `files` are those it names
  std::vector<std::string> others;  // weight files at the root that were not chosen
  std::string choice;               // what was chosen and why, when there are others; else empty
};

/// `folder` may also be one weight file; then only that is chosen. Order of preference:
///   1. consolidated*.safetensors (as mlx_audio/convert.py does), unless the files beside it are
///      MLX output, which mlx-audio writes next to a copied consolidated file
///   2. *.safetensors.index.json   3. model*.safetensors
///   4. other *.safetensors without "tokenizer" in their names
///   5. *.npz without "voice" in their names
///   6. pytorch_model.bin.index.json   7. pytorch_model*.bin
///   8. one *.pth, else one *.pt, one *.bin
/// kNotFound: no such folder. kBadInput: no weights, or only a format that is not read, or several
/// files of which each could be the model.
Result<WeightFiles> choose_weight_files(const std::filesystem::path& folder);

}  // namespace decibit
