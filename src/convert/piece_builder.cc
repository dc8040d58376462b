// SPDX-License-Identifier: Apache-2.0
#include "convert/piece_builder.h"

#include <utility>

#include "convert/conv_rows.h"
#include "convert/model_rows.h"

namespace decibit {

Piece PieceBuilder::new_piece(const Decision& d) const {
  Piece piece;
  piece.name = d.spec->name;
  piece.component = d.spec->component;
  piece.shape = d.spec->shape;
  return piece;
}

RowSourcePtr PieceBuilder::mlx_rows(const Decision& d) const {
  return rows_in_mlx_order(*d.spec, *d.origin, fp_dtype_, kernels_);
}

void PieceBuilder::set_rows(Piece& piece, RowSourcePtr rows, const Decision& d) const {
  piece.rows = rows;
  if (!is_float(rows->dtype())) return;
  piece.rows =
      cast_rows(rows, d.method.dtype.value_or(d.source_dtype), d.method.through_f16, kernels_);
  if (piece.rows != rows) piece.uncast = std::move(rows);
}

Piece PieceBuilder::dense(const Decision& d) const {
  Piece piece = new_piece(d);
  const bool to_torch = torch_order_ && d.spec->layout != Layout::kSame;
  if (to_torch) piece.shape = torch_shape(d.spec->shape, d.spec->layout);
  RowSourcePtr rows;
  if (to_torch && d.origin->in_torch_order) {
    rows = outer_rows(*d.origin->weight->tensor);
  } else {
    rows = mlx_rows(d);
    if (to_torch) {
      const std::int64_t in = d.spec->shape.back(), taps = in == 0 ? 0 : rows->k() / in;
      rows = transpose_within_rows(std::move(rows), taps, in);
    }
  }
  set_rows(piece, std::move(rows), d);
  return piece;
}

Piece PieceBuilder::quantized(const Decision& d) const {
  Piece piece = new_piece(d);
  set_rows(piece, mlx_rows(d), d);
  piece.scheme = d.method.scheme;
  return piece;
}

std::vector<Piece> PieceBuilder::rows(const Decision& d, const Origin* g) const {
  const TensorSpec& spec = *d.spec;
  const RowSourcePtr weight = cast_rows(mlx_rows(d), DType::kF32, d.method.through_f16, kernels_);
  Piece piece = new_piece(d);
  piece.name = rows_weight_name(spec.name);
  piece.scheme = d.method.scheme;
  piece.scale_rule = ScaleRule::kF16First;
  piece.can_stay_dense = piece.name == spec.name;
  if (!spec.rows.is_conv()) {
    piece.rows = weight;
    return {std::move(piece)};
  }
  const RowSourcePtr norm =
      g == nullptr ? norm_of_rows(weight)
                   : cast_rows(outer_rows(*g->weight->tensor), DType::kF32, false, kernels_);
  const ConvShape shape = conv_shape(spec);
  const std::int64_t tail_channels = spec.rows.dense_tail, head = shape.in - tail_channels;
  const auto folded = [&](ChannelRange channels) {
    return spec.rows.kind == RowsPlan::Kind::kConvTransposed
               ? folded_transposed_rows(weight, norm, shape, channels)
               : folded_conv_rows(weight, norm, shape, channels);
  };
  piece.rows = folded({0, head});
  piece.shape = {shape.out, shape.taps * head};
  if (tail_channels == 0) return {std::move(piece)};
  Piece tail = new_piece(d);
  tail.name = rows_tail_name(piece.name);
  set_rows(tail, folded({head, tail_channels}), d);
  tail.shape = {shape.out, shape.taps, tail_channels};
  return {std::move(piece), std::move(tail)};
}

std::vector<Piece> PieceBuilder::copied(const Decision& d) const {
  const Weight& weight = *d.origin->weight;
  Piece codes = new_piece(d);
  if (d.origin->renamed) codes.name = rows_weight_name(d.spec->name);
  codes.shape = weight.shape;
  codes.rows = tensor_rows(*weight.tensor);
  codes.packed = weight.scheme;
  const std::string path = layer_path(codes.name);
  const auto beside = [&](const Tensor& tensor, std::string name, bool is_companion) {
    Piece piece = new_piece(d);
    piece.name = std::move(name);
    piece.shape = tensor.shape;
    // decibit-rows has F16 scales by definition.
    if (weight.in_rows_format && is_companion) {
      piece.rows = tensor_rows(tensor);
    } else {
      set_rows(piece, tensor_rows(tensor), d);
    }
    piece.is_companion = is_companion;
    return piece;
  };
  std::vector<Piece> pieces;
  pieces.push_back(std::move(codes));
  pieces.push_back(beside(*weight.scales, path + ".scales", true));
  if (weight.biases != nullptr) pieces.push_back(beside(*weight.biases, path + ".biases", true));
  if (d.origin->tail != nullptr)
    pieces.push_back(beside(*d.origin->tail->tensor, rows_tail_name(path + ".weight"), false));
  return pieces;
}

Piece PieceBuilder::unfolded_norm(const TensorSpec& g, const Decision& v) const {
  Piece piece = new_piece(v);
  piece.name = g.name;
  piece.shape = g.shape;
  set_rows(piece, norm_of_rows(mlx_rows(v)), v);
  return piece;
}

}  // namespace decibit
