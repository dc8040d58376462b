// SPDX-License-Identifier: Apache-2.0
// From headers alone: what every tensor of the result is made of. Nothing is read from the weights.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "convert/convert.h"
#include "convert/piece.h"
#include "core/result.h"
#include "io/json.h"
#include "kernels/kernel_table.h"
#include "models/schema.h"
#include "nn/weights.h"

namespace decibit {

struct Plan {
  std::vector<Piece> pieces;              // in the model's order
  std::vector<QuantizedLayer> layers;     // with an entry of their own in config.json
  std::optional<Scheme> global;           // set iff anything is quantized
  bool rows_format = false;               // mode decibit-rows
  std::optional<DType> dtype;             // told as torch_dtype; empty: not one type
  std::vector<std::string> not_as_asked;  // told as notes; --strict refuses them
};

/// What a plan is made from; everything outlives the plan.
struct PlanInput {
  const Schema& schema;
  const std::vector<Weight>& weights;
  const Json& config;
  const std::map<std::string, std::string>& metadata;  // of the source: "format"
  const ConvertOptions& options;
  const KernelTable& kernels;
};

/// kBadInput lists every missing, unexpected and misshapen tensor at once; kUsage when flags fit no
/// tensor (a rule that matches nothing, a group size that divides no layer).
Result<Plan> make_plan(const PlanInput& input);

}  // namespace decibit
