// SPDX-License-Identifier: Apache-2.0
// What the flags ask for one tensor: a scheme, or dense, and in which type.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "convert/convert.h"
#include "convert/rules.h"
#include "core/result.h"
#include "io/json.h"
#include "models/schema.h"
#include "quant/recipe.h"

namespace decibit {

/// The request as a whole, checked once.
struct Policy {
  bool quantize = false;
  Scope scope = Scope::kMlx;
  std::optional<Scheme> global;  // with -q, or the first scheme of a rule
  std::optional<Recipe> recipe;
  std::vector<Rule> rules;
  std::optional<DType> target_dtype;  // --dtype, else the config's torch_dtype
  bool through_f16 = false;           // whisper: every tensor passes through F16
};

/// kUsage for combinations that do not exist.
Result<Policy> make_policy(const ConvertOptions& options, const Json& config, const Schema& schema);

/// Why a tensor that -q or a rule could have meant stays dense.
enum class Left : std::uint8_t {
  kNotAsked,  // nothing to tell
  kNotMultipleOf64,
  kGroupDoesNotFit,
  kCannotHold  // a rule's scheme on something that MLX cannot quantize
};

struct Method {
  std::optional<Scheme> scheme;
  Left left = Left::kNotAsked;
  std::optional<DType> dtype;  // type to cast to; empty: as the source has it
  bool through_f16 = false;
  std::optional<std::size_t> rule;  // the rule that decided
};

Method choose_method(const Policy& policy, const TensorSpec& spec, DType source_dtype);

/// Whether any scheme could ever be used for the tensor, under this scope.
bool can_quantize(const TensorSpec& spec, Scope scope);
/// The last dimension that groups must divide: K, or the quantized channels of a convolution.
std::int64_t grouped_dimension(const TensorSpec& spec);

}  // namespace decibit
