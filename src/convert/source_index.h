// SPDX-License-Identifier: Apache-2.0
// The source's weights under the model's own names, in the model's own layout.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "convert/row_source.h"
#include "convert/weights.h"
#include "models/schema.h"

namespace decibit {

/// Where one tensor of the schema comes from.
struct Origin {
  const Weight* weight =
      nullptr;                   // the dense tensor, the quantized layer, or the quantized channels
  const Weight* tail = nullptr;  // decibit-rows: the dense channels of the same convolution
  Mapped::Op op = Mapped::Op::kNone;
  int heads = 0;
  bool in_rows_format = false;  // weight is a row matrix of decibit-rows
  bool in_torch_order = false;  // dense convolution in PyTorch's layout
};

class SourceIndex {
 public:
  /// Matches the weights with the schema. kBadInput lists every tensor that is missing, unexpected,
  /// misshapen or there twice. `metadata` ("format": "mlx" or not) decides the layout of
  /// convolutions whose torch and MLX shapes are equal.
  static Result<SourceIndex> build(const Schema& schema, const std::vector<Weight>& weights,
                                   const std::map<std::string, std::string>& metadata);

  /// Null for an optional tensor that is not there, and for a weight norm's g that decibit-rows has
  /// folded into its weight (is_folded).
  const Origin* find(std::string_view name) const;
  /// X of X.weight_g or X.weight_v: the source holds the folded X.weight instead.
  bool is_folded(std::string_view name) const;

 private:
  std::unordered_map<std::string, Origin> origins_;
};

/// Name under which decibit-rows keeps a tensor of the schema: X.weight for X.weight_v and
/// X.weight, NAME.weight for a matrix of an LSTM.
std::string rows_weight_name(std::string_view schema_name);
/// X.weight_tail of X.weight
std::string rows_tail_name(std::string_view rows_weight_name);

}  // namespace decibit
