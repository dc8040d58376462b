// SPDX-License-Identifier: Apache-2.0
// What headers alone can prove wrong. Each check appends a line for each thing it finds.
#pragma once

#include <string>
#include <vector>

#include "convert/inspect_subject.h"

namespace decibit {

/// config.json's quantization against the tensors: bits, group size and mode of every layer, layers
/// that only one side knows, and quantization_config being the same.
void check_quantization_config(const Subject& subject, std::vector<std::string>& problems);

/// Bytes of a safetensors file that belong to no tensor.
void check_unaccounted_bytes(const Subject& subject, std::vector<std::string>& problems);

/// *.safetensors.index.json against the files: each names the other's tensors, once, and total_size
/// is the sum of their bytes.
void check_index(const Subject& subject, std::vector<std::string>& problems);

/// Weight files beside a result of MLX, whose loaders read every *.safetensors and merge them.
void check_stray_files(const Subject& subject, std::vector<std::string>& problems);

/// Tensors that the model lacks, does not know, or has in another shape.
void check_schema(const Subject& subject, std::vector<std::string>& problems);

}  // namespace decibit
