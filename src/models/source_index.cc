// SPDX-License-Identifier: Apache-2.0
#include "models/source_index.h"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>

namespace decibit {
namespace {

constexpr std::string_view kNormV = ".weight_v", kNormG = ".weight_g";

/// Lines of one kind of trouble, at most ten of them written out.
class Trouble {
 public:
  void add(std::string line) {
    if (++count_ <= 10) lines_ += "\n    " + std::move(line);
  }
  int count() const { return count_; }
  std::string text(std::string_view heading) const {
    if (count_ == 0) return {};
    return fmt::format("\n  {} {}:{}{}", count_, heading, lines_, count_ > 10 ? "\n    ..." : "");
  }

 private:
  int count_ = 0;
  std::string lines_;
};

/// Rows of a tensor in decibit-rows: [O, taps * quantized channels], or the matrix itself.
Shape rows_shape(const TensorSpec& spec) {
  const Shape& s = spec.shape;
  switch (spec.rows.kind) {
    case RowsPlan::Kind::kConv:
      return {s[0], s[1] * (s[2] - spec.rows.dense_tail)};
    case RowsPlan::Kind::kConvTransposed:
      return {s[2], s[1] * (s[0] - spec.rows.dense_tail)};
    case RowsPlan::Kind::kNone:
    case RowsPlan::Kind::kMatrix:
    case RowsPlan::Kind::kFoldedAway:
    case RowsPlan::Kind::kKeepDense:
      return s;
  }
  return s;
}

bool layout_is_torch(const TensorSpec& spec, const Shape& shape, bool source_says_mlx) {
  const Shape torch = torch_shape(spec.shape, spec.layout);
  if (shape != spec.shape) return shape == torch;
  return torch == spec.shape && spec.layout != Layout::kSame && !source_says_mlx;
}

std::string expected_shape(const TensorSpec& spec) {
  const Shape torch = torch_shape(spec.shape, spec.layout);
  if (torch == spec.shape) return to_string(spec.shape);
  return fmt::format("{} (or {} in PyTorch's order)", to_string(spec.shape), to_string(torch));
}

}  // namespace

class SourceMatcher {
 public:
  SourceMatcher(const Schema& schema, const std::vector<Weight>& weights, bool source_says_mlx)
      : schema_(schema), weights_(weights), source_says_mlx_(source_says_mlx) {}

  Result<SourceIndex> run() {
    name_weights();
    for (const TensorSpec& spec : schema_.tensors) {
      if (const Found* found = take(spec.name)) {
        match(spec, *found);
      } else if (const Found* rows = take_rows(spec)) {
        match_rows(spec, *rows->weight);
      } else if (!spec.optional) {
        missing_.add(fmt::format("{} {}", spec.name, to_string(spec.shape)));
      }
    }
    find_unexpected();
    if (missing_.count() + unexpected_.count() + misshapen_.count() == 0) return std::move(index_);
    return fail(
        ErrorCode::kBadInput,
        fmt::format("the checkpoint does not fit the model {}:{}{}{}", schema_.model_type,
                    missing_.text("missing"), unexpected_.text("unexpected"),
                    misshapen_.text("of the wrong shape")),
        "check that config.json belongs to these weights; --model-type names another model");
  }

 private:
  struct Found {
    const Weight* weight;
    Mapped mapped;
  };

  void name_weights() {
    for (const Weight& weight : weights_) {
      Mapped mapped = schema_.map_name(weight.name);
      if (mapped.op == Mapped::Op::kDrop) continue;
      std::string name = mapped.name;
      const auto [it, is_new] = found_.try_emplace(name, Found{&weight, std::move(mapped)});
      if (!is_new)
        unexpected_.add(
            fmt::format("{} (the same tensor as {})", weight.name, it->second.weight->name));
    }
  }

  const Found* take(const std::string& name) {
    const auto it = found_.find(name);
    if (it == found_.end()) return nullptr;
    taken_.insert(name);
    return &it->second;
  }

  const Found* take_rows(const TensorSpec& spec) {
    const Found* rows = take(rows_weight_name(spec.name));
    return rows != nullptr && rows->weight->in_rows_format ? rows : nullptr;
  }

  void match(const TensorSpec& spec, const Found& found) {
    const Weight& weight = *found.weight;
    const bool torch = layout_is_torch(spec, weight.shape, source_says_mlx_);
    if (weight.shape != spec.shape && !torch) {
      misshapen_.add(fmt::format("{}: expected {}, found {}", weight.name, expected_shape(spec),
                                 to_string(weight.shape)));
      return;
    }
    index_.origins_.emplace(spec.name, Origin{.weight = &weight,
                                              .op = found.mapped.op,
                                              .heads = found.mapped.heads,
                                              .in_torch_order = torch});
  }

  void match_rows(const TensorSpec& spec, const Weight& rows) {
    if (spec.rows.kind == RowsPlan::Kind::kFoldedAway) return;
    const Found* tail = spec.rows.is_conv() ? take(rows_tail_name(rows.name)) : nullptr;
    if (rows.shape != rows_shape(spec) || (tail == nullptr) != (spec.rows.dense_tail == 0)) {
      misshapen_.add(fmt::format("{}: expected rows {}, found {}", rows.name,
                                 to_string(rows_shape(spec)), to_string(rows.shape)));
      return;
    }
    index_.origins_.emplace(
        spec.name,
        Origin{.weight = &rows, .tail = tail == nullptr ? nullptr : tail->weight, .renamed = true});
  }

  void find_unexpected() {
    for (const Weight& weight : weights_) {
      const Mapped mapped = schema_.map_name(weight.name);
      if (mapped.op != Mapped::Op::kDrop && !taken_.contains(mapped.name))
        unexpected_.add(fmt::format("{} {}", weight.name, to_string(weight.shape)));
    }
  }

  const Schema& schema_;
  const std::vector<Weight>& weights_;
  bool source_says_mlx_;
  std::unordered_map<std::string, Found> found_;  // by the model's name
  std::unordered_set<std::string> taken_;
  Trouble missing_, unexpected_, misshapen_;
  SourceIndex index_;
};

Result<SourceIndex> SourceIndex::build(const Schema& schema, const std::vector<Weight>& weights,
                                       const std::map<std::string, std::string>& metadata) {
  const auto format = metadata.find("format");
  const bool source_says_mlx = format != metadata.end() && format->second == "mlx";
  return SourceMatcher(schema, weights, source_says_mlx).run();
}

const Origin* SourceIndex::find(std::string_view name) const {
  const auto it = origins_.find(std::string(name));
  return it == origins_.end() ? nullptr : &it->second;
}

bool SourceIndex::is_folded_norm(std::string_view name) const {
  if (!is_norm_g(name)) return false;
  const Origin* v = find(norm_v_of(name));
  return v != nullptr && v->renamed;
}

bool is_norm_g(std::string_view name) { return name.ends_with(kNormG); }
bool is_norm_v(std::string_view name) { return name.ends_with(kNormV); }

std::string norm_v_of(std::string_view norm_g) {
  return std::string(norm_g.substr(0, norm_g.size() - kNormG.size())) + std::string(kNormV);
}

std::string norm_g_of(std::string_view norm_v) {
  return std::string(norm_v.substr(0, norm_v.size() - kNormV.size())) + std::string(kNormG);
}

std::string rows_weight_name(std::string_view schema_name) {
  if (is_norm_v(schema_name) || is_norm_g(schema_name))
    return std::string(schema_name.substr(0, schema_name.size() - kNormV.size())) + ".weight";
  return layer_path(schema_name) + ".weight";
}

std::string rows_tail_name(std::string_view rows_weight_name) {
  return std::string(rows_weight_name) + "_tail";
}

}  // namespace decibit
