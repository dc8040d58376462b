// SPDX-License-Identifier: Apache-2.0
// --rule 'REGEX=ACTION': what to do with the tensors whose name the expression finds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "convert/regex.h"
#include "core/dtype.h"
#include "core/result.h"
#include "quant/scheme.h"

namespace decibit {

/// Leave the tensor as the source has it: neither quantized nor cast.
struct KeepAsIs {};
/// A scheme: quantize. A type: store dense in it.
using Action = std::variant<Scheme, DType, KeepAsIs>;

/// "4:64", "8:32", "mxfp4", "mxfp8", "nvfp4", "f32", "f16", "bf16", "keep". kUsage otherwise.
Result<Action> parse_action(std::string_view text);

struct Rule {
  std::string text;  // as given
  Regex regex;
  Action action;
};

/// Splits at the last "=", so that the expression may hold one. kUsage names what is wrong.
Result<std::vector<Rule>> parse_rules(const std::vector<std::string>& texts);

/// The first rule that finds `name`, by index.
std::optional<std::size_t> first_match(const std::vector<Rule>& rules, std::string_view name);

}  // namespace decibit
