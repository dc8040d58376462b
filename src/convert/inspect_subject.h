// SPDX-License-Identifier: Apache-2.0
// What inspect and diff look at: the weights of a path, and as much as can be understood of them.
// open_source_model() of a conversion stops at the first thing that is wrong; this goes on and
// writes it down.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/reporter.h"
#include "core/result.h"
#include "io/checkpoint.h"
#include "io/json.h"
#include "models/registry.h"
#include "nn/weights.h"

namespace decibit {

struct Subject {
  bool is_folder = false;
  Checkpoint checkpoint;
  Json config;                     // an object; empty for a single file and without config.json
  std::vector<Weight> weights;     // point into checkpoint
  bool grouped = true;             // false: quantized layers cannot be read, all weights look dense
  std::optional<Detection> model;  // empty for unknown models and for single files
  std::optional<Schema> schema;    // of `model`, when the config suffices for one
  std::string unknown_because;     // why there is no `model`
  std::vector<std::string> problems;
};

/// Opens a folder or one weight file (.safetensors, .npz, .pth, .pt, .bin). Kept in one place,
/// since weights point into the checkpoint. kNotFound, kBadInput: nothing can be read at all.
Result<std::unique_ptr<const Subject>> open_subject(const std::filesystem::path& path,
                                                    Reporter& reporter);

/// "affine 4:64", "mxfp4", "BF16"
std::string method_text(const Weight& weight);

}  // namespace decibit
