// SPDX-License-Identifier: Apache-2.0
// A folder of weights in any layout we read, as one list of tensors.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/reporter.h"
#include "core/result.h"
#include "io/tensor.h"

namespace decibit {

struct Checkpoint {
  std::filesystem::path folder;
  std::vector<Tensor> tensors;             // sorted by name; names are unique
  std::vector<std::string> weight_files;   // read, relative to the folder
  std::vector<std::string> other_weights;  // weight files at the root that were not chosen
  std::string family;                      // "safetensors", "npz", "pytorch"
  std::string choice;                      // why this family, when there were several; else empty
  std::map<std::string, std::string> metadata;  // of the safetensors files; "format": "pt" | "mlx"

  const Tensor* find(std::string_view name) const;
};

/// Chooses one family of weight files (never merges two; weight_files.h has the order) and reads
/// all headers. Says through `reporter` what was chosen over what. `folder` may also be one weight
/// file. Names of PyTorch's newer weight norm become weight_g and weight_v. kNotFound: no such
/// folder. kBadInput: nothing readable in it, or GGUF, .nemo, ONNX found instead; missing shards;
/// no tensors; two tensors of one name.
Result<Checkpoint> open_checkpoint(const std::filesystem::path& folder, Reporter& reporter);

/// kBadInput when the weights are quantized by another tool (bitsandbytes, GPTQ, AWQ, fp8 with
/// block scales, ...), naming the scheme, how many tensors use it and one of them. `quant_method`
/// is the config's quantization_config.quant_method, or empty.
Status refuse_foreign_quantization(const Checkpoint& checkpoint, std::string_view quant_method);

}  // namespace decibit
