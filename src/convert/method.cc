// SPDX-License-Identifier: Apache-2.0
// mlx-audio's rule (mlx_audio/convert.py build_quant_predicate): a Linear or Embedding is quantized
// iff K % 64 == 0 (whatever the group size), K % group_size == 0 and the model's predicate agrees.
// A rule or --scope all asks only what the format needs: K % group_size == 0.
#include "convert/method.h"

#include <fmt/format.h>

#include <algorithm>

namespace decibit {
namespace {

/// The type that the config claims, where it is one that mlx-audio casts to.
std::optional<DType> torch_dtype(const Json& config) {
  const Json* value = config.find("torch_dtype");
  if (value == nullptr || value->string() == nullptr) return std::nullopt;
  const auto dtype = dtype_from_torch_name(*value->string());
  return dtype && is_mlx_float(*dtype) ? dtype : std::nullopt;
}

Status check_scope_all(const ConvertOptions& options) {
  if (options.dequantize) return {};
  if (!options.quantize)
    return fail(ErrorCode::kUsage, "--scope all says what -q quantizes, and -q is missing",
                "add -q");
  if (options.mode && *options.mode != Mode::kAffine)
    return fail(
        ErrorCode::kUsage,
        fmt::format("--scope all is affine only; --q-mode {} was asked", name(*options.mode)),
        "leave --q-mode out");
  return {};
}

/// The scheme that -q means for this tensor before it is asked whether it fits.
Scheme requested_scheme(const Policy& policy, const TensorSpec& spec) {
  Scheme scheme = *policy.global;
  const auto affine = [](int bits, int group_size) {
    return Scheme::make(Mode::kAffine, bits, group_size).value();
  };
  // Recipes are affine with groups of 64 whatever else was asked: those are the reference's bits.
  if (policy.recipe)
    scheme = affine(recipe_bits(*policy.recipe, spec.stack.layer, spec.stack.layers,
                                spec.stack.sensitive, spec.output_head),
                    policy.scope == Scope::kAll ? scheme.group_size() : 64);
  if (policy.scope == Scope::kAll && scheme.bits() < spec.rows.min_bits)
    scheme = affine(spec.rows.min_bits, scheme.group_size());
  return scheme;
}

void apply_quantize_flag(const Policy& policy, const TensorSpec& spec, Method& method) {
  if (!can_quantize(spec, policy.scope)) return;
  const Scheme scheme = requested_scheme(policy, spec);
  const std::int64_t k = grouped_dimension(spec);
  if (policy.scope == Scope::kMlx && k % 64 != 0) {
    method.left = Left::kNotMultipleOf64;
  } else if (!policy.global->fits(k) || !scheme.fits(k)) {
    method.left = Left::kGroupDoesNotFit;
  } else {
    method.scheme = scheme;
  }
}

void apply_rule(const Policy& policy, const TensorSpec& spec, DType source_dtype, Method& method) {
  const Action& action = policy.rules[*method.rule].action;
  if (const auto* dtype = std::get_if<DType>(&action)) {
    method.dtype = *dtype;
    method.through_f16 = false;
  } else if (std::holds_alternative<KeepAsIs>(action)) {
    method.dtype = source_dtype == DType::kF64 ? std::optional(DType::kF32) : std::nullopt;
    method.through_f16 = false;
  } else if (const Scheme& scheme = std::get<Scheme>(action); !can_quantize(spec, policy.scope)) {
    method.left = Left::kCannotHold;
  } else if (!scheme.fits(grouped_dimension(spec))) {
    method.left = Left::kGroupDoesNotFit;
  } else {
    method.scheme = scheme;
  }
}

}  // namespace

bool can_quantize(const TensorSpec& spec, Scope scope) {
  const bool for_mlx = spec.quantizable && spec.role != Role::kOther && spec.shape.size() == 2;
  if (scope == Scope::kMlx) return for_mlx;
  switch (spec.rows.kind) {
    case RowsPlan::Kind::kNone:
      return for_mlx;
    case RowsPlan::Kind::kMatrix:
    case RowsPlan::Kind::kConv:
    case RowsPlan::Kind::kConvTransposed:
      return true;
    case RowsPlan::Kind::kFoldedAway:
    case RowsPlan::Kind::kKeepDense:
      return false;
  }
  return false;
}

std::int64_t grouped_dimension(const TensorSpec& spec) {
  if (spec.rows.kind == RowsPlan::Kind::kConvTransposed) return spec.shape.front();
  if (spec.rows.is_conv()) return spec.shape.back() - spec.rows.dense_tail;
  return spec.shape.empty() ? 0 : spec.shape.back();
}

Result<Policy> make_policy(const ConvertOptions& options, const Json& config,
                           const Schema& schema) {
  if (options.quantize && options.dequantize)
    return fail(ErrorCode::kUsage, "-q and -d exclude each other", "choose one of them");
  Policy policy;
  policy.quantize = options.quantize;
  policy.scope = options.dequantize ? Scope::kMlx : options.scope;
  policy.rules = TRY(parse_rules(options.rules));
  policy.target_dtype = options.dtype ? options.dtype : torch_dtype(config);
  policy.through_f16 = schema.through_f16;
  if (options.scope == Scope::kAll) TRY(check_scope_all(options));
  if (options.quantize) {
    policy.global =
        TRY(Scheme::make(options.mode.value_or(Mode::kAffine), options.bits, options.group_size));
    if (!options.recipe.empty()) {
      policy.recipe = recipe_from_name(options.recipe);
      if (!policy.recipe)
        return fail(ErrorCode::kUsage,
                    fmt::format("unknown recipe '{}'; expected one of: {}", options.recipe,
                                fmt::join(recipe_names(), ", ")));
    }
  }
  for (const Rule& rule : policy.rules)
    if (const auto* scheme = std::get_if<Scheme>(&rule.action)) {
      if (options.dequantize)
        return fail(ErrorCode::kUsage,
                    fmt::format("--rule '{}' quantizes, -d dequantizes", rule.text));
      if (options.scope == Scope::kAll && scheme->mode() != Mode::kAffine)
        return fail(ErrorCode::kUsage,
                    fmt::format("--rule '{}': --scope all is affine only", rule.text));
      if (!policy.global) policy.global = *scheme;
    }
  return policy;
}

Method choose_method(const Policy& policy, const TensorSpec& spec, DType source_dtype) {
  Method method;
  method.rule = first_match(policy.rules, spec.name);
  if (!is_float(source_dtype)) return method;
  if (!spec.keep_dtype) {
    method.through_f16 = policy.through_f16;
    method.dtype = policy.target_dtype;
    if (!method.dtype && policy.through_f16) method.dtype = DType::kF16;
  }
  // MLX has no float64 arrays to quantize from or to load.
  if (!method.dtype && source_dtype == DType::kF64) method.dtype = DType::kF32;
  if (method.rule) {
    apply_rule(policy, spec, source_dtype, method);
  } else if (policy.quantize) {
    apply_quantize_flag(policy, spec, method);
  }
  return method;
}

}  // namespace decibit
