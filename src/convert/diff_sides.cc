// SPDX-License-Identifier: Apache-2.0
// A known model is brought to common ground by planning its conversion to dense F32 in MLX's
// layout, as convert would: names, transposes, un-permuted rows and dequantization are then those
// of the converter itself.
#include "convert/diff_sides.h"

#include <algorithm>
#include <unordered_map>

#include "convert/conv_rows.h"
#include "convert/model_rows.h"
#include "convert/plan.h"
#include "models/source_index.h"

namespace decibit {
namespace {

RowSourcePtr as_f32(RowSourcePtr rows, const KernelTable& kernels) {
  const bool castable = is_mlx_float(rows->dtype()) || rows->dtype() == DType::kF64;
  return castable ? cast_rows(std::move(rows), DType::kF32, false, kernels) : rows;
}

/// Elements smaller than a byte are no numbers here: their bytes are compared.
RowSourcePtr stored_rows(const Tensor& tensor) {
  if (size_bits(tensor.dtype) % 8 == 0) return tensor_rows(tensor);
  struct Bytes {
    Tensor tensor;
    RowSourcePtr rows;
  };
  const auto bytes = std::make_shared<Bytes>(Bytes{tensor, nullptr});
  bytes->tensor.dtype = DType::kU8;
  bytes->tensor.shape = {tensor.size_bytes(), 1};
  bytes->rows = tensor_rows(bytes->tensor);
  return {bytes, bytes->rows.get()};  // keeps the tensor that the rows refer to
}

std::vector<DiffWeight> by_stored_name(const Subject& subject, const KernelTable& kernels) {
  std::vector<DiffWeight> weights;
  for (const Weight& weight : subject.weights) {
    RowSourcePtr rows = weight.scheme ? dequantized_rows(weight, DType::kF32, kernels)
                                      : stored_rows(*weight.tensor);
    weights.push_back({weight.name, weight.shape, method_text(weight),
                       as_f32(std::move(rows), kernels), &weight});
  }
  return weights;
}

/// One side of a known model.
struct PlannedSide {
  SourceIndex index;
  std::unordered_map<std::string, Piece> pieces;  // by name
};

Result<PlannedSide> plan_side(const Subject& subject, const Schema& schema,
                              const KernelTable& kernels) {
  ConvertOptions options;
  options.dequantize = true;
  options.dtype = DType::kF32;
  options.layout = OutputLayout::kMlx;
  const auto& metadata = subject.checkpoint.metadata;
  Plan plan = TRY(make_plan({schema, subject.weights, subject.config, metadata, options, kernels}));
  PlannedSide side{TRY(SourceIndex::build(schema, subject.weights, metadata)), {}};
  for (Piece& piece : plan.pieces) {
    std::string name = piece.name;
    side.pieces.emplace(std::move(name), std::move(piece));
  }
  return side;
}

bool is_folded(const PlannedSide& side, const std::string& name) {
  const Origin* origin = side.index.find(name);
  return origin != nullptr && origin->renamed;
}

/// X.weight of X.weight_v and X.weight_g. Folding has lost g, so only the product can be compared.
std::optional<DiffWeight> folded(const PlannedSide& side, const TensorSpec& spec,
                                 const KernelTable& kernels) {
  const auto v = side.pieces.find(spec.name);
  const auto g = side.pieces.find(norm_g_of(spec.name));
  const Origin* origin = side.index.find(spec.name);
  if (v == side.pieces.end() || g == side.pieces.end() || origin == nullptr) return std::nullopt;
  const bool transposed = spec.rows.kind == RowsPlan::Kind::kConvTransposed;
  const ConvShape shape = conv_shape(spec);
  const RowSourcePtr v_rows = as_f32(v->second.rows, kernels);
  const RowSourcePtr g_rows = as_f32(g->second.rows, kernels);
  const ChannelRange all = {0, shape.in};
  return DiffWeight{rows_weight_name(spec.name),
                    {shape.out, shape.taps, shape.in},
                    method_text(*origin->weight),
                    transposed ? folded_transposed_rows(v_rows, g_rows, shape, all)
                               : folded_conv_rows(v_rows, g_rows, shape, all),
                    origin->weight};
}

std::vector<DiffWeight> by_model_name(const PlannedSide& side, const PlannedSide& other,
                                      const Schema& schema, const KernelTable& kernels) {
  std::vector<DiffWeight> weights;
  const auto either_folded = [&](const std::string& v_name) {
    return is_folded(side, v_name) || is_folded(other, v_name);
  };
  for (const TensorSpec& spec : schema.tensors) {
    if (is_norm_v(spec.name) && either_folded(spec.name)) {
      if (auto weight = folded(side, spec, kernels)) weights.push_back(std::move(*weight));
      continue;
    }
    if (is_norm_g(spec.name) && either_folded(norm_v_of(spec.name))) continue;
    const auto piece = side.pieces.find(spec.name);
    const Origin* origin = side.index.find(spec.name);
    if (piece == side.pieces.end() || origin == nullptr) continue;
    weights.push_back({spec.name, piece->second.shape, method_text(*origin->weight),
                       as_f32(piece->second.rows, kernels), origin->weight});
  }
  return weights;
}

/// The schema that both sides have; null when there is none.
const Schema* common_schema(const Subject& a, const Subject& b) {
  const bool both = a.schema && b.schema && a.model && b.model;
  return both && a.model->type == b.model->type ? &*a.schema : nullptr;
}

void sort_by_name(std::vector<DiffWeight>& weights) {
  std::ranges::sort(weights, {}, &DiffWeight::name);
}

}  // namespace

DiffSides match_sides(const Subject& a, const Subject& b, const KernelTable& kernels) {
  DiffSides sides;
  if (const Schema* common = common_schema(a, b)) {
    // The loss of a pass through F16 is part of what the comparison is to show.
    Schema schema = *common;
    schema.through_f16 = false;
    auto planned_a = plan_side(a, schema, kernels);
    auto planned_b = plan_side(b, schema, kernels);
    if (planned_a && planned_b) {
      sides.model_type = schema.model_type;
      sides.a = by_model_name(*planned_a, *planned_b, schema, kernels);
      sides.b = by_model_name(*planned_b, *planned_a, schema, kernels);
    }
  }
  if (sides.model_type.empty()) {
    sides.a = by_stored_name(a, kernels);
    sides.b = by_stored_name(b, kernels);
  }
  sort_by_name(sides.a);
  sort_by_name(sides.b);
  return sides;
}

}  // namespace decibit
