// SPDX-License-Identifier: Apache-2.0
#include "convert/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace decibit {
namespace {

constexpr std::string_view kActions =
    "BITS:GROUP (4:64, 8:32, ...), mxfp4, mxfp8, nvfp4, f32, f16, bf16, keep";

std::optional<int> parse_int(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "f16", "bf16", "f32", or PyTorch's longer names for them.
std::optional<DType> float_type(std::string_view text) {
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    const std::string_view upper = name(dtype);
    const bool equal = std::equal(text.begin(), text.end(), upper.begin(), upper.end(),
                                  [](char a, char b) { return a == std::tolower(b); });
    if (equal || text == torch_name(dtype)) return dtype;
  }
  return std::nullopt;
}

}  // namespace

Result<Action> parse_action(std::string_view text) {
  if (text == "keep") return Action(KeepAsIs{});
  if (const auto dtype = float_type(text)) return Action(*dtype);
  if (const auto mode = mode_from_name(text); mode && *mode != Mode::kAffine)
    return Action(TRY(Scheme::make(*mode, std::nullopt, std::nullopt)));
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    const auto bits = parse_int(text.substr(0, colon)), group = parse_int(text.substr(colon + 1));
    if (bits && group) return Action(TRY(Scheme::make(Mode::kAffine, bits, group)));
  }
  return fail(ErrorCode::kUsage, fmt::format("unknown action '{}'; expected {}", text, kActions));
}

Result<std::vector<Rule>> parse_rules(const std::vector<std::string>& texts) {
  std::vector<Rule> rules;
  for (const std::string& text : texts) {
    const auto equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorCode::kUsage, fmt::format("--rule '{}': expected REGEX=ACTION", text),
                  "--rule 'decoder.*=8:64'");
    auto regex = Regex::compile(std::string_view(text).substr(0, equals));
    if (!regex) return Unexpected(with_context(regex.error(), fmt::format("--rule '{}'", text)));
    auto action = parse_action(std::string_view(text).substr(equals + 1));
    if (!action) return Unexpected(with_context(action.error(), fmt::format("--rule '{}'", text)));
    rules.push_back({text, std::move(*regex), *action});
  }
  return rules;
}

std::optional<std::size_t> first_match(const std::vector<Rule>& rules, std::string_view name) {
  for (std::size_t i = 0; i < rules.size(); ++i)
    if (rules[i].regex.search(name)) return i;
  return std::nullopt;
}

}  // namespace decibit
