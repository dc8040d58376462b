// SPDX-License-Identifier: Apache-2.0
// What a folder of weights, or one file of them, is and whether anything is wrong with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/reporter.h"
#include "core/result.h"
#include "core/shape.h"
#include "io/json.h"

namespace decibit {

struct InspectOptions {
  std::filesystem::path path;  // a folder in any layout we read, or one weight file
  bool verify = false;         // read all data, not only headers
};

/// One logical weight: a quantized layer's codes, scales and biases are one.
struct InspectedTensor {
  std::string name;
  std::string mlx_name;  // as --rule and a result know it; empty when the model does not
  Shape shape;           // of the unpacked weight
  std::string method;    // "affine 4:64", "mxfp4", "F32"
  std::string component;
  std::int64_t weights = 0;
  std::uint64_t bytes = 0;  // scales and biases included
};

struct InspectedComponent {
  std::string name;
  std::string method;  // the methods of its tensors, most bytes first: "affine 4:64, F32"
  int tensors = 0;
  std::int64_t weights = 0;
  std::uint64_t bytes = 0;

  /// 0 without weights.
  double bits_per_weight() const;
};

struct Inspection {
  std::string family;                     // "safetensors", "npz", "pytorch"
  std::vector<std::string> weight_files;  // relative to the folder
  std::string model_type, model_domain;   // empty: no known model
  std::string evidence;                   // why that type; or why none is known
  Json config;                            // null without one
  std::string quantization;               // "affine 4:64 (75 layers)"; empty: dense
  std::vector<InspectedComponent> components;
  InspectedComponent total;
  std::vector<InspectedTensor> tensors;  // sorted by name
  std::vector<std::string> notes;
  std::vector<std::string> problems;  // empty: nothing wrong was found
  bool verified = false;              // all data were read
};

/// kNotFound: no such path. kBadInput: the weights cannot be read at all. Everything less than that
/// (a config that contradicts the tensors, bytes that belong to no tensor, tensors missing from the
/// model, NaN among the data) is a problem in the result.
Result<Inspection> inspect(const InspectOptions& options, Reporter& reporter);

}  // namespace decibit
