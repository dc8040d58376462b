// SPDX-License-Identifier: Apache-2.0
#include "convert/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "convert/conv_rows.h"
#include "convert/model_rows.h"
#include "core/check.h"

namespace decibit {
namespace {

using Kind = RowsPlan::Kind;

constexpr std::string_view kNormV = ".weight_v", kNormG = ".weight_g";

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

/// Builds the pieces one tensor of the schema after the other.
class Planner {
 public:
  Planner(const PlanInput& input, const SourceIndex& index, const Policy& policy)
      : input_(input), index_(index), policy_(policy), usual_dtype_(usual_dtype(input.weights)) {}

  Result<Plan> run() {
    choose_methods();
    TRY(check_rules());
    TRY(check_something_quantized());
    plan_.rows_format = policy_.scope == Scope::kAll || copies_rows_format();
    write_torch_order_ = wants_torch_order();
    for (std::size_t i = 0; i < specs().size(); ++i) add(specs()[i], methods_[i]);
    set_global();
    tell_what_stayed_dense();
    plan_.dtype = input_.options.dtype;
    return std::move(plan_);
  }

 private:
  const std::vector<TensorSpec>& specs() const { return input_.schema.tensors; }
  const ConvertOptions& options() const { return input_.options; }

  DType source_dtype(const Origin& origin) const {
    if (!origin.weight->scheme) return origin.weight->dtype;
    if (origin.weight->in_rows_format) return usual_dtype_;
    return origin.weight->scheme->has_biases() ? origin.weight->scales->dtype : usual_dtype_;
  }

  void choose_methods() {
    for (const TensorSpec& spec : specs()) {
      const Origin* origin = index_.find(spec.name);
      methods_.push_back(origin == nullptr ? Method{}
                                           : choose_method(policy_, spec, source_dtype(*origin)));
      if (methods_.back().scheme && spec.name.ends_with(kNormV))
        folded_.insert(spec.name.substr(0, spec.name.size() - kNormV.size()));
    }
  }

  Status check_rules() const {
    for (std::size_t r = 0; r < policy_.rules.size(); ++r) {
      const Rule& rule = policy_.rules[r];
      const auto matches = [&](const Method& m) { return m.rule == r; };
      if (std::none_of(methods_.begin(), methods_.end(), matches))
        return fail(
            ErrorCode::kUsage, fmt::format("--rule '{}' matches no tensor", rule.text),
            "decibit inspect PATH --tensors lists the names; an earlier rule may match first");
      if (std::holds_alternative<Scheme>(rule.action) &&
          std::none_of(methods_.begin(), methods_.end(),
                       [&](const Method& m) { return m.rule == r && m.scheme; }))
        return fail(
            ErrorCode::kUsage,
            fmt::format("--rule '{}' matches tensors, but none that can be stored so: only "
                        "Linear and Embedding weights whose last dimension is a multiple of "
                        "the group size can",
                        rule.text));
    }
    return {};
  }

  Status check_something_quantized() const {
    if (!options().quantize) return {};
    std::set<std::int64_t> widths;
    for (std::size_t i = 0; i < methods_.size(); ++i) {
      if (methods_[i].scheme) return {};
      if (can_quantize(specs()[i], policy_.scope)) widths.insert(grouped_dimension(specs()[i]));
    }
    if (widths.empty())
      return fail(ErrorCode::kUsage,
                  fmt::format("{} has no weights that can be quantized", input_.schema.model_type));
    return fail(ErrorCode::kUsage,
                fmt::format("group size {} fits no layer: their last dimensions are {}",
                            policy_.global->group_size(), fmt::join(widths, ", ")),
                fmt::format("--q-group-size {}", fmt::join(fitting_groups(widths), " or ")));
  }

  std::vector<int> fitting_groups(const std::set<std::int64_t>& widths) const {
    std::vector<int> groups;
    for (const Scheme& s : all_schemes())
      if (s.mode() == policy_.global->mode() && s.bits() == policy_.global->bits() &&
          std::any_of(widths.begin(), widths.end(),
                      [&](std::int64_t k) { return k % 64 == 0 && s.fits(k); }))
        groups.push_back(s.group_size());
    return groups;
  }

  /// Codes go through unchanged: nothing was asked of this weight, or exactly what it already is.
  bool keeps_codes(const Origin& origin, const Method& method) const {
    if (!origin.weight->scheme || options().dequantize) return false;
    if (method.rule && std::holds_alternative<DType>(policy_.rules[*method.rule].action))
      return false;
    if (!policy_.quantize && !method.scheme) return true;
    const bool same_scales =
        !origin.weight->scheme->has_biases() ||
        origin.weight->scales->dtype == method.dtype.value_or(source_dtype(origin));
    return method.scheme == origin.weight->scheme && same_scales &&
           !origin.weight->in_rows_format && policy_.scope == Scope::kMlx;
  }

  bool copies_rows_format() const {
    for (std::size_t i = 0; i < methods_.size(); ++i) {
      const Origin* origin = index_.find(specs()[i].name);
      if (origin != nullptr && origin->weight->in_rows_format && keeps_codes(*origin, methods_[i]))
        return true;
    }
    return false;
  }

  /// --layout auto: mlx-audio transposes a dense Kokoro again when it loads it, so that one must be
  /// written in PyTorch's order; with any .scales in the folder it expects MLX's.
  bool wants_torch_order() const {
    if (options().layout != OutputLayout::kAuto) return options().layout == OutputLayout::kTorch;
    if (!input_.schema.loader_expects_torch_when_dense) return false;
    for (std::size_t i = 0; i < methods_.size(); ++i) {
      const Origin* origin = index_.find(specs()[i].name);
      if (origin != nullptr && (methods_[i].scheme || keeps_codes(*origin, methods_[i])))
        return false;
    }
    return true;
  }

  void add(const TensorSpec& spec, const Method& method) {
    const Origin* origin = index_.find(spec.name);
    if (origin == nullptr) {
      if (index_.is_folded(spec.name) && !folded_norm_stays(spec)) add_unfolded_norm(spec, method);
      return;
    }
    if (keeps_codes(*origin, method)) {
      copy_codes(spec, *origin, method);
    } else if (!method.scheme) {
      if (!(spec.rows.kind == Kind::kFoldedAway && folded_.contains(norm_stem(spec))))
        add_dense(spec, *origin, method);
    } else if (policy_.scope == Scope::kAll) {
      add_rows(spec, *origin, method);
    } else {
      Piece piece = make_piece(spec, *origin);
      piece.rows = cast(mlx_rows(spec, *origin), method, *origin);
      piece.scheme = method.scheme;
      push_quantized(std::move(piece));
    }
  }

  static std::string norm_stem(const TensorSpec& spec) {
    return spec.name.substr(0, spec.name.size() - kNormG.size());
  }

  /// Whether the folded weight of this g is itself kept folded (copied or quantized again).
  bool folded_norm_stays(const TensorSpec& spec) const {
    const std::string v = norm_stem(spec) + std::string(kNormV);
    for (std::size_t i = 0; i < specs().size(); ++i)
      if (specs()[i].name == v)
        return methods_[i].scheme.has_value() || keeps_codes(*index_.find(v), methods_[i]);
    return false;
  }

  RowSourcePtr mlx_rows(const TensorSpec& spec, const Origin& origin) const {
    return rows_in_mlx_order(spec, origin, usual_dtype_, input_.kernels);
  }

  Piece make_piece(const TensorSpec& spec, const Origin& origin) const {
    Piece piece;
    piece.name = spec.name;
    piece.component = spec.component;
    piece.shape = spec.shape;
    piece.source_dtype = source_dtype(origin);
    return piece;
  }

  RowSourcePtr cast(RowSourcePtr rows, const Method& method, const Origin& origin) const {
    if (!is_float(rows->dtype())) return rows;
    const DType to = method.dtype.value_or(source_dtype(origin));
    return cast_rows(std::move(rows), to, method.through_f16, input_.kernels);
  }

  void add_dense(const TensorSpec& spec, const Origin& origin, const Method& method) {
    Piece piece = make_piece(spec, origin);
    const bool to_torch = write_torch_order_ && spec.layout != Layout::kSame;
    if (to_torch) piece.shape = torch_shape(spec.shape, spec.layout);
    if (to_torch && origin.in_torch_order) {
      piece.rows = outer_rows(*origin.weight->tensor);
    } else {
      piece.rows = mlx_rows(spec, origin);
      if (to_torch) {
        const std::int64_t in = spec.shape.back();
        piece.rows = transpose_within_rows(piece.rows, in == 0 ? 0 : piece.rows->k() / in, in);
      }
    }
    piece.rows = cast(std::move(piece.rows), method, origin);
    plan_.pieces.push_back(std::move(piece));
  }

  /// A weight norm's g whose weight was folded: the norm of the weight, so that g * v / |v| == v.
  void add_unfolded_norm(const TensorSpec& spec, const Method& /*none*/) {
    const std::string v = norm_stem(spec) + std::string(kNormV);
    const Origin& origin = *index_.find(v);
    for (std::size_t i = 0; i < specs().size(); ++i)
      if (specs()[i].name == v) {
        Piece piece = make_piece(spec, origin);
        piece.rows = cast(norm_of_rows(mlx_rows(specs()[i], origin)), methods_[i], origin);
        plan_.pieces.push_back(std::move(piece));
      }
  }

  void add_rows(const TensorSpec& spec, const Origin& origin, const Method& method) {
    const RowSourcePtr weight =
        cast_rows(mlx_rows(spec, origin), DType::kF32, method.through_f16, input_.kernels);
    Piece piece = make_piece(spec, origin);
    piece.name = rows_weight_name(spec.name);
    piece.scheme = method.scheme;
    piece.scale_rule = ScaleRule::kF16First;
    piece.can_stay_dense = !spec.rows.is_conv() && piece.name == spec.name;
    if (!spec.rows.is_conv()) {
      piece.rows = weight;
      push_quantized(std::move(piece));
      return;
    }
    const ConvShape shape = conv_shape(spec);
    const std::int64_t head = shape.in - spec.rows.dense_tail;
    const RowSourcePtr g = norm_rows(spec);
    const auto folded = [&](ChannelRange channels) {
      return spec.rows.kind == Kind::kConvTransposed
                 ? folded_transposed_rows(weight, g, shape, channels)
                 : folded_conv_rows(weight, g, shape, channels);
    };
    piece.rows = folded({0, head});
    piece.shape = {shape.out, shape.taps * head};
    Piece tail = make_piece(spec, origin);
    push_quantized(std::move(piece));
    if (spec.rows.dense_tail == 0) return;
    tail.name = rows_tail_name(rows_weight_name(spec.name));
    tail.rows = cast(folded({head, spec.rows.dense_tail}), method, origin);
    tail.shape = {shape.out, shape.taps, spec.rows.dense_tail};
    plan_.pieces.push_back(std::move(tail));
  }

  /// F32 values of X.weight_g for X.weight_v; null for a convolution without weight norm and for
  /// one whose source is folded already.
  RowSourcePtr norm_rows(const TensorSpec& spec) const {
    if (spec.rows.kind == Kind::kPlainConv) return nullptr;
    const std::string stem = spec.name.substr(0, spec.name.size() - kNormV.size());
    if (const Origin* g = index_.find(stem + std::string(kNormG)))
      return cast_rows(outer_rows(*g->weight->tensor), DType::kF32, false, input_.kernels);
    const Origin& folded = *index_.find(spec.name);
    return norm_of_rows(mlx_rows(spec, folded));
  }

  void push_quantized(Piece piece) {
    const std::string path = layer_path(piece.name);
    quantized_.push_back({path, *piece.scheme});
    plan_.pieces.push_back(std::move(piece));
  }

  void copy_codes(const TensorSpec& spec, const Origin& origin, const Method& method) {
    const Weight& w = *origin.weight;
    Piece codes = make_piece(spec, origin);
    codes.name = w.scheme && origin.in_rows_format ? rows_weight_name(spec.name) : spec.name;
    codes.shape = w.shape;
    codes.rows = tensor_rows(*w.tensor);
    codes.packed = w.scheme;
    const std::string path = layer_path(codes.name);
    quantized_.push_back({path, *w.scheme});
    plan_.pieces.push_back(std::move(codes));
    const auto beside = [&](const Tensor& tensor, std::string name, bool is_companion) {
      Piece piece = make_piece(spec, origin);
      piece.name = std::move(name);
      piece.shape = tensor.shape;
      piece.rows = tensor_rows(tensor);
      // decibit-rows has F16 scales by definition.
      if (!(w.in_rows_format && is_companion)) piece.rows = cast(piece.rows, method, origin);
      piece.is_companion = is_companion;
      plan_.pieces.push_back(std::move(piece));
    };
    beside(*w.scales, path + ".scales", true);
    if (w.biases != nullptr) beside(*w.biases, path + ".biases", true);
    if (origin.tail != nullptr)
      beside(*origin.tail->tensor, rows_tail_name(path + ".weight"), false);
  }

  /// The global entry of "quantization", and which layers need their own.
  void set_global() {
    if (quantized_.empty()) return;
    plan_.global = policy_.global ? *policy_.global : source_global();
    for (const QuantizedLayer& layer : quantized_)
      if (policy_.recipe || layer.scheme != *plan_.global) plan_.layers.push_back(layer);
  }

  /// The scheme of a quantized source's own global entry, where some layer has it; else the
  /// first's.
  Scheme source_global() const {
    const Json* quantization = input_.config.find("quantization");
    const auto number = [&](std::string_view key) -> std::int64_t {
      const Json* value = quantization == nullptr ? nullptr : quantization->find(key);
      return value != nullptr && value->integer() != nullptr ? *value->integer() : 0;
    };
    for (const QuantizedLayer& layer : quantized_)
      if (layer.scheme.bits() == number("bits") &&
          layer.scheme.group_size() == number("group_size"))
        return layer.scheme;
    return quantized_.front().scheme;
  }

  void tell_what_stayed_dense() {
    tell(Left::kNotMultipleOf64, "last dimension not a multiple of 64, as mlx-audio requires");
    tell(Left::kGroupDoesNotFit, "last dimension not a multiple of the group size");
    tell(Left::kCannotHold, "the model's own rules keep them dense in mlx-audio too");
    if (policy_.scope == Scope::kAll && policy_.quantize &&
        std::none_of(specs().begin(), specs().end(),
                     [](const TensorSpec& s) { return s.rows.kind != Kind::kNone; }))
      plan_.not_as_asked.push_back(fmt::format(
          "--scope all quantizes nothing more than --scope mlx in {}", input_.schema.model_type));
  }

  void tell(Left left, std::string_view why) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < methods_.size(); ++i) {
      const bool countable = left != Left::kCannotHold || specs()[i].role != Role::kOther;
      if (methods_[i].left == left && countable) names.push_back(specs()[i].name);
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
  bool write_torch_order_ = false;
  std::vector<Method> methods_;   // one for each tensor of the schema
  std::set<std::string> folded_;  // X whose X.weight_v is written as folded rows
  std::vector<QuantizedLayer> quantized_;
  Plan plan_;
};

}  // namespace

Result<Plan> make_plan(const PlanInput& input) {
  const Policy policy = TRY(make_policy(input.options, input.config, input.schema));
  const SourceIndex index = TRY(SourceIndex::build(input.schema, input.weights, input.metadata));
  return Planner(input, index, policy).run();
}

}  // namespace decibit
