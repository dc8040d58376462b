// SPDX-License-Identifier: Apache-2.0
#include "convert/source_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "convert/piece.h"

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

struct Found {
  const Weight* weight;
  Mapped mapped;
};

/// Rows of a tensor in decibit-rows: [O, taps * quantized channels], or the matrix itself.
Shape rows_shape(const TensorSpec& spec) {
  const Shape& s = spec.shape;
  switch (spec.rows.kind) {
    case RowsPlan::Kind::kConv:
    case RowsPlan::Kind::kPlainConv:
      return {s[0], s[1] * (s[2] - spec.rows.dense_tail)};
    case RowsPlan::Kind::kConvTransposed:
      return {s[2], s[1] * (s[0] - spec.rows.dense_tail)};
    default:
      return s;
  }
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

std::string rows_weight_name(std::string_view schema_name) {
  if (schema_name.ends_with(kNormV) || schema_name.ends_with(kNormG))
    return std::string(schema_name.substr(0, schema_name.size() - kNormV.size())) + ".weight";
  return layer_path(schema_name) + ".weight";
}

std::string rows_tail_name(std::string_view rows_weight_name) {
  return std::string(rows_weight_name) + "_tail";
}

Result<SourceIndex> SourceIndex::build(const Schema& schema, const std::vector<Weight>& weights,
                                       const std::map<std::string, std::string>& metadata) {
  const auto format = metadata.find("format");
  const bool source_says_mlx = format != metadata.end() && format->second == "mlx";
  Trouble missing, unexpected, misshapen;

  std::unordered_map<std::string, Found> by_name;
  for (const Weight& weight : weights) {
    Mapped mapped = schema.map_name(weight.name);
    if (mapped.op == Mapped::Op::kDrop) continue;
    std::string canonical = mapped.name;
    const auto [it, is_new] = by_name.try_emplace(canonical, Found{&weight, std::move(mapped)});
    if (!is_new)
      unexpected.add(
          fmt::format("{} (the same tensor as {})", weight.name, it->second.weight->name));
  }

  SourceIndex index;
  std::unordered_set<std::string> used;
  const auto take = [&](const std::string& name) -> const Found* {
    const auto it = by_name.find(name);
    if (it == by_name.end()) return nullptr;
    used.insert(name);
    return &it->second;
  };
  for (const TensorSpec& spec : schema.tensors) {
    const Found* found = take(spec.name);
    if (found != nullptr) {
      const Weight& w = *found->weight;
      const bool torch = layout_is_torch(spec, w.shape, source_says_mlx);
      if (w.shape != spec.shape && !torch) {
        misshapen.add(fmt::format("{}: expected {}, found {}", w.name, expected_shape(spec),
                                  to_string(w.shape)));
        continue;
      }
      index.origins_.emplace(
          spec.name, Origin{&w, nullptr, found->mapped.op, found->mapped.heads, false, torch});
      continue;
    }
    const std::string rows_name = rows_weight_name(spec.name);
    const Found* rows = rows_name == spec.name ? nullptr : take(rows_name);
    if (rows != nullptr && rows->weight->scheme) {
      if (spec.rows.kind == RowsPlan::Kind::kFoldedAway) continue;
      const Found* tail = spec.rows.is_conv() ? take(rows_tail_name(rows_name)) : nullptr;
      if (rows->weight->shape != rows_shape(spec) ||
          (tail == nullptr) != (spec.rows.dense_tail == 0)) {
        misshapen.add(fmt::format("{}: expected rows {}, found {}", rows_name,
                                  to_string(rows_shape(spec)), to_string(rows->weight->shape)));
        continue;
      }
      index.origins_.emplace(spec.name,
                             Origin{rows->weight, tail != nullptr ? tail->weight : nullptr,
                                    Mapped::Op::kNone, 0, true, false});
    } else if (!spec.optional) {
      missing.add(fmt::format("{} {}", spec.name, to_string(spec.shape)));
    }
  }
  for (const Weight& weight : weights) {
    const Mapped mapped = schema.map_name(weight.name);
    if (mapped.op != Mapped::Op::kDrop && !used.contains(mapped.name))
      unexpected.add(fmt::format("{} {}", weight.name, to_string(weight.shape)));
  }

  if (missing.count() + unexpected.count() + misshapen.count() > 0)
    return fail(
        ErrorCode::kBadInput,
        fmt::format("the checkpoint does not fit the model {}:{}{}{}", schema.model_type,
                    missing.text("missing"), unexpected.text("unexpected"),
                    misshapen.text("of the wrong shape")),
        "check that config.json belongs to these weights; --model-type names another model");
  return index;
}

const Origin* SourceIndex::find(std::string_view name) const {
  const auto it = origins_.find(std::string(name));
  return it == origins_.end() ? nullptr : &it->second;
}

bool SourceIndex::is_folded(std::string_view name) const {
  if (!name.ends_with(kNormG)) return false;
  const std::string v =
      std::string(name.substr(0, name.size() - kNormG.size())) + std::string(kNormV);
  const Origin* origin = find(v);
  return origin != nullptr && origin->in_rows_format;
}

}  // namespace decibit
