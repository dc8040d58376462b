// SPDX-License-Identifier: Apache-2.0
// The source's weights under the model's own names, in the model's own layout.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "models/schema.h"
#include "nn/weights.h"

namespace decibit {

/// Where one tensor of the schema comes from.
struct Origin {
  const Weight* weight = nullptr;  // the dense tensor, the quantized layer, or the folded rows
  const Weight* tail = nullptr;    // folded rows: the dense channels of the same convolution
  Mapped::Op op = Mapped::Op::kNone;
  int heads = 0;                // kUnpermute
  bool in_torch_order = false;  // a dense convolution in PyTorch's layout
  bool renamed = false;         // decibit-rows keeps it under rows_weight_name()
};

class SourceIndex {
 public:
  /// Matches the weights with the schema. kBadInput lists every tensor that is missing, unexpected,
  /// misshapen or there twice. `metadata` ("format": "mlx" or not) decides the layout of
  /// convolutions whose torch and MLX shapes are equal.
  static Result<SourceIndex> build(const Schema& schema, const std::vector<Weight>& weights,
                                   const std::map<std::string, std::string>& metadata);

  /// Null for an optional tensor that is not there, and for a weight norm's g that decibit-rows has
  /// folded into its weight (is_folded_norm).
  const Origin* find(std::string_view name) const;
  /// X.weight_g of a convolution of which the source holds the folded X.weight instead.
  bool is_folded_norm(std::string_view name) const;

 private:
  friend class SourceMatcher;
  std::unordered_map<std::string, Origin> origins_;
};

/// The two tensors of a weight norm, w = g * v / |v|: X.weight_g and X.weight_v.
bool is_norm_g(std::string_view name);
bool is_norm_v(std::string_view name);
std::string norm_v_of(std::string_view norm_g);
std::string norm_g_of(std::string_view norm_v);

/// Name under which decibit-rows keeps a tensor of the schema: X.weight for X.weight_v and
/// X.weight, NAME.weight for a matrix of an LSTM.
std::string rows_weight_name(std::string_view schema_name);
/// X.weight_tail of X.weight
std::string rows_tail_name(std::string_view rows_weight_name);

}  // namespace decibit
