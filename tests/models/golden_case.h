// SPDX-License-Identifier: Apache-2.0
// Compares a schema with what mlx-audio 0.6.2 made of the same source (tests/golden/convert): from
// the config and the source's tensor list alone, the schema must give the name and shape of every
// tensor that the reference wrote, the packed ones of quantized layers included.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/shape.h"
#include "models/registry.h"

namespace decibit::testing {

/// A source checkpoint: tests/golden/convert/sources/`id`.json.
struct GoldenSource {
  std::string folder_name;
  Json config;
  std::map<std::string, Shape> tensors;

  /// Points into this object.
  SourceView view() const;
};
GoldenSource read_golden_source(const std::string& id);
/// The list of tensors alone, for tests that need no golden data.
SourceView view_of(const std::map<std::string, Shape>& tensors);

/// name -> "[64, 16]" of everything the reference wrote in case `id`; and the case's source and
/// command line.
struct GoldenCase {
  std::string source;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> tensors;
};
GoldenCase read_golden_case(const std::string& id);

/// A dense or uniformly quantized conversion.
struct Quantization {
  bool on = false;
  int bits = 4;
  int group_size = 64;
  bool biases = true;  // affine
};
Quantization quantization_of(const std::vector<std::string>& arguments);

/// What a conversion would write; fails the running test for a source tensor that the schema does
/// not know or whose shape is neither MLX's nor torch's, and for one that is missing.
std::map<std::string, std::string> written_by(const Schema& schema, const GoldenSource& source,
                                              const Quantization& quantization);

/// Detects the type, builds the schema and compares, all for one case.
void expect_golden_case(const std::string& id, std::string_view model_type);

/// `json` without the member at a path like "plbert.hidden_size", or with another value there.
Json without(const Json& json, std::string_view path);
Json with(const Json& json, std::string_view path, Json value);

}  // namespace decibit::testing
