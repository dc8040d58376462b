// SPDX-License-Identifier: Apache-2.0
#include "convert/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "convert/method.h"
#include "convert/piece_builder.h"
#include "models/source_index.h"

namespace decibit {
namespace {

/// The most common type of the dense float weights: what dequantized fp modes become when nothing
/// else says it (their own tensors do not).
DType usual_dtype(const std::vector<Weight>& weights) {
  std::map<DType, int> counts;
  for (const Weight& w : weights)
    if (!w.scheme && is_mlx_float(w.dtype)) ++counts[w.dtype];
  DType usual = DType::kBF16;
  int most = 0;
  for (const auto& [dtype, count] : counts)
    if (count > most) {
      usual = dtype;
      most = count;
    }
  return usual;
}

DType float_dtype(const Weight& weight, DType usual) {
  if (!weight.scheme) return weight.dtype;
  if (weight.in_rows_format || !weight.scheme->has_biases()) return usual;
  return weight.scales->dtype;
}

/// Decides for one tensor after the other, checks the whole, then builds.
class Planner {
 public:
  Planner(const PlanInput& input, const SourceIndex& index, const Policy& policy)
      : input_(input), index_(index), policy_(policy), usual_dtype_(usual_dtype(input.weights)) {}

  Result<Plan> run() {
    decide();
    TRY(check_rules());
    TRY(check_something_quantized());
    build();
    set_global();
    tell_what_stayed_dense();
    plan_.dtype = common_dtype();
    return std::move(plan_);
  }

 private:
  void decide() {
    for (const TensorSpec& spec : input_.schema.tensors) {
      Decision d;
      d.spec = &spec;
      d.origin = index_.find(spec.name);
      if (d.origin != nullptr) {
        d.source_dtype = float_dtype(*d.origin->weight, usual_dtype_);
        d.method = choose_method(policy_, spec, d.source_dtype);
      }
      by_name_.emplace(spec.name, decisions_.size());
      decisions_.push_back(d);
    }
  }

  const Decision* find(const std::string& name) const {
    const auto it = by_name_.find(name);
    return it == by_name_.end() ? nullptr : &decisions_[it->second];
  }

  Status check_rules() const {
    for (std::size_t r = 0; r < policy_.rules.size(); ++r) {
      const Rule& rule = policy_.rules[r];
      const auto decided = [&](const Decision& d) { return d.method.rule == r; };
      if (std::none_of(decisions_.begin(), decisions_.end(), decided))
        return fail(
            ErrorCode::kUsage, fmt::format("--rule '{}' matches no tensor", rule.text),
            "decibit inspect PATH --tensors lists the names; an earlier rule may match first");
      const auto quantized = [&](const Decision& d) { return decided(d) && d.method.scheme; };
      if (std::holds_alternative<Scheme>(rule.action) &&
          std::none_of(decisions_.begin(), decisions_.end(), quantized))
        return fail(
            ErrorCode::kUsage,
            fmt::format("--rule '{}' matches tensors, but none that can be stored so: only "
                        "Linear and Embedding weights whose last dimension is a multiple of "
                        "the group size can, and not those that must stay dense",
                        rule.text));
    }
    return {};
  }

  Status check_something_quantized() const {
    if (!policy_.quantize) return {};
    std::set<std::int64_t> widths;
    for (const Decision& d : decisions_) {
      if (d.method.scheme) return {};
      if (can_quantize(*d.spec, policy_.scope)) widths.insert(grouped_dimension(*d.spec));
    }
    if (widths.empty())
      return fail(ErrorCode::kUsage,
                  fmt::format("{} has no weights that can be quantized", input_.schema.model_type));
    const std::vector<int> groups = fitting_groups(widths);
    return fail(ErrorCode::kUsage,
                fmt::format("group size {} fits no layer: their last dimensions are {}{}",
                            policy_.global->group_size(), fmt::join(widths, ", "),
                            policy_.scope == Scope::kMlx ? ", and only multiples of 64 count" : ""),
                groups.empty() ? "" : fmt::format("--q-group-size {}", fmt::join(groups, " or ")));
  }

  std::vector<int> fitting_groups(const std::set<std::int64_t>& widths) const {
    const auto fits = [&](const Scheme& s) {
      return std::any_of(widths.begin(), widths.end(), [&](std::int64_t k) {
        return s.fits(k) && (policy_.scope == Scope::kAll || k % 64 == 0);
      });
    };
    std::vector<int> groups;
    for (const Scheme& s : all_schemes())
      if (s.mode() == policy_.global->mode() && s.bits() == policy_.global->bits() && fits(s))
        groups.push_back(s.group_size());
    return groups;
  }

  /// Codes go through unchanged: nothing was asked of this weight, or exactly what it already is.
  bool keeps_codes(const Decision& d) const {
    const Weight& weight = *d.origin->weight;
    if (!weight.scheme || input_.options.dequantize) return false;
    // Packed rows cannot be put into another order without unpacking them.
    if (d.origin->op != Mapped::Op::kNone || d.origin->in_torch_order) return false;
    if (d.method.rule && std::holds_alternative<DType>(policy_.rules[*d.method.rule].action))
      return false;
    if (!policy_.quantize && !d.method.scheme) return true;
    const bool same_scales = !weight.scheme->has_biases() ||
                             weight.scales->dtype == d.method.dtype.value_or(d.source_dtype);
    return d.method.scheme == weight.scheme && same_scales && !weight.in_rows_format &&
           policy_.scope == Scope::kMlx;
  }

  bool stays_packed(const Decision& d) const {
    return d.origin != nullptr && (d.method.scheme || keeps_codes(d));
  }

  bool writes_rows_format() const {
    return policy_.scope == Scope::kAll ||
           std::any_of(decisions_.begin(), decisions_.end(), [&](const Decision& d) {
             return d.origin != nullptr && d.origin->weight->in_rows_format && keeps_codes(d);
           });
  }

  /// --layout auto: mlx-audio transposes a dense Kokoro again when it loads it, so that one must be
  /// written in PyTorch's order; with any .scales in the folder it expects MLX's.
  bool writes_torch_order() const {
    if (input_.options.layout != OutputLayout::kAuto)
      return input_.options.layout == OutputLayout::kTorch;
    return input_.schema.loader_expects_torch_when_dense &&
           std::none_of(decisions_.begin(), decisions_.end(),
                        [&](const Decision& d) { return stays_packed(d); });
  }

  void build() {
    plan_.rows_format = writes_rows_format();
    const PieceBuilder builder(usual_dtype_, writes_torch_order(), input_.kernels);
    for (const Decision& d : decisions_) build_one(builder, d);
  }

  void build_one(const PieceBuilder& builder, const Decision& d) {
    if (is_norm_g(d.spec->name) && norm_is_folded_in(d)) return;
    if (d.origin == nullptr) {
      if (index_.is_folded_norm(d.spec->name))
        plan_.pieces.push_back(builder.unfolded_norm(*d.spec, *find(norm_v_of(d.spec->name))));
    } else if (keeps_codes(d)) {
      add(builder.copied(d));
    } else if (!d.method.scheme) {
      plan_.pieces.push_back(builder.dense(d));
    } else if (policy_.scope == Scope::kAll) {
      const bool has_norm = is_norm_v(d.spec->name);
      add(builder.rows(d, has_norm ? index_.find(norm_g_of(d.spec->name)) : nullptr));
    } else {
      plan_.pieces.push_back(builder.quantized(d));
    }
  }

  /// Whether the v of this g is written as folded rows, so that g is not written at all.
  bool norm_is_folded_in(const Decision& g) const {
    if (g.spec->rows.kind != RowsPlan::Kind::kFoldedAway) return false;
    const Decision* v = find(norm_v_of(g.spec->name));
    return v != nullptr && stays_packed(*v);
  }

  /// The type of all dense floats of the result; where rules made several, that of --dtype.
  std::optional<DType> common_dtype() const {
    std::set<DType> dtypes;
    for (const Piece& piece : plan_.pieces)
      if (!piece.scheme && !piece.is_companion && is_mlx_float(piece.rows->dtype()))
        dtypes.insert(piece.rows->dtype());
    return dtypes.size() == 1 ? std::optional(*dtypes.begin()) : input_.options.dtype;
  }

  void add(std::vector<Piece> pieces) {
    for (Piece& piece : pieces) plan_.pieces.push_back(std::move(piece));
  }

  /// The global entry of "quantization", and which layers need their own.
  void set_global() {
    std::vector<QuantizedLayer> layers;
    for (const Piece& piece : plan_.pieces)
      if (piece.scheme || piece.packed)
        layers.push_back({layer_path(piece.name), piece.scheme ? *piece.scheme : *piece.packed});
    if (layers.empty()) return;
    plan_.global = policy_.global ? *policy_.global : source_global(layers);
    for (QuantizedLayer& layer : layers)
      if (policy_.recipe || layer.scheme != *plan_.global) plan_.layers.push_back(std::move(layer));
  }

  /// The scheme of a quantized source's own global entry, where some layer has it; else the
  /// first's.
  Scheme source_global(const std::vector<QuantizedLayer>& layers) const {
    const Json* quantization = input_.config.find("quantization");
    const auto number = [&](std::string_view key) -> std::int64_t {
      const Json* value = quantization == nullptr ? nullptr : quantization->find(key);
      return value != nullptr && value->integer() != nullptr ? *value->integer() : 0;
    };
    for (const QuantizedLayer& layer : layers)
      if (layer.scheme.bits() == number("bits") &&
          layer.scheme.group_size() == number("group_size"))
        return layer.scheme;
    return layers.front().scheme;
  }

  void tell_what_stayed_dense() {
    tell(Left::kNotMultipleOf64, "last dimension not a multiple of 64, as mlx-audio requires");
    tell(Left::kGroupDoesNotFit, "last dimension not a multiple of the group size");
    tell(Left::kCannotHold, "the model's own rules keep them dense in mlx-audio too");
    const auto has_rows = [](const TensorSpec& s) { return s.rows.kind != RowsPlan::Kind::kNone; };
    if (policy_.scope == Scope::kAll && policy_.quantize &&
        std::none_of(input_.schema.tensors.begin(), input_.schema.tensors.end(), has_rows))
      plan_.not_as_asked.push_back(fmt::format(
          "--scope all quantizes nothing more than --scope mlx in {}", input_.schema.model_type));
  }

  void tell(Left left, std::string_view why) {
    std::vector<std::string_view> names;
    for (const Decision& d : decisions_) {
      const bool countable = left != Left::kCannotHold || d.spec->role != Role::kOther;
      if (d.method.left == left && countable) names.push_back(d.spec->name);
    }
    if (names.empty()) return;
    const std::size_t shown = std::min<std::size_t>(names.size(), 3);
    plan_.not_as_asked.push_back(fmt::format(
        "{} tensor{} left dense: {} ({}{})", names.size(), names.size() == 1 ? "" : "s", why,
        fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
        names.size() > shown ? ", ..." : ""));
  }

  const PlanInput& input_;
  const SourceIndex& index_;
  const Policy& policy_;
  DType usual_dtype_;
  std::vector<Decision> decisions_;  // one for each tensor of the schema
  std::unordered_map<std::string, std::size_t> by_name_;
  Plan plan_;
};

}  // namespace

Result<Plan> make_plan(const PlanInput& input) {
  const Policy policy = TRY(make_policy(input.options, input.config, input.schema));
  const SourceIndex index = TRY(SourceIndex::build(input.schema, input.weights, input.metadata));
  return Planner(input, index, policy).run();
}

}  // namespace decibit
