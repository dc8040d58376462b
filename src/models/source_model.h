// SPDX-License-Identifier: Apache-2.0
// A model's folder, read and understood: weights, config, which model it is.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/reporter.h"
#include "core/result.h"
#include "io/checkpoint.h"
#include "io/json.h"
#include "models/registry.h"
#include "nn/weights.h"

namespace decibit {

struct SourceModel {
  std::unique_ptr<const Checkpoint> checkpoint;  // weights point into it
  Json config;                                   // in mlx-audio's words
  std::vector<Weight> weights;
  Detection detection;
  Schema schema;

  std::uint64_t weight_bytes() const;  // of the weights as stored
};

/// Opens any source that convert accepts. kNotFound, kBadInput (damaged, foreign quantization, an
/// unknown model), kUsage (hints that contradict it).
Result<SourceModel> open_source_model(const std::filesystem::path& path,
                                      const DetectionHints& hints, Reporter& reporter);

/// What names the model in its path: the folder's name, or the repository's (models--owner--name)
/// of a Hub cache's snapshots/COMMIT.
std::string repository_name(const std::filesystem::path& folder);

/// quantization_config.quant_method of another tool's config, or empty.
std::string foreign_quant_method(const Json& config);

/// config.json, modular_model_index.json or Mistral's params.json, in that order, as they are.
/// An empty object when there is none: tensor names may still tell the model.
Result<Json> read_config(const std::filesystem::path& folder);

}  // namespace decibit
