// SPDX-License-Identifier: Apache-2.0
#include "convert/piece.h"

#include "kernels/quantize_rows.h"

namespace decibit {
DType Piece::scale_dtype() const {
  return decibit::scale_dtype(*scheme, scale_rule, rows->dtype());
}

std::string Piece::method() const {
  if (scheme) return method_name(*scheme);
  if (packed) return method_name(*packed);
  return std::string(decibit::name(rows->dtype()));
}

std::vector<TensorHeader> outputs_of(const Piece& piece) {
  if (piece.packed) {
    Shape words = piece.shape;
    words.back() = piece.packed->words_per_row(piece.shape.back());
    return {{piece.name, DType::kU32, std::move(words)}};
  }
  if (!piece.scheme) return {{piece.name, piece.rows->dtype(), piece.shape}};
  const std::string path = layer_path(piece.name);
  Shape codes = piece.shape, groups = piece.shape;
  codes.back() = piece.scheme->words_per_row(piece.shape.back());
  groups.back() = piece.scheme->groups_per_row(piece.shape.back());
  std::vector<TensorHeader> outputs = {{path + ".weight", DType::kU32, std::move(codes)},
                                       {path + ".scales", piece.scale_dtype(), groups}};
  if (piece.scheme->has_biases())
    outputs.push_back({path + ".biases", piece.scale_dtype(), std::move(groups)});
  return outputs;
}

std::string method_name(const Scheme& scheme) {
  const std::string mode(name(scheme.mode()));
  return scheme.mode() == Mode::kAffine ? mode + " " + to_string(scheme) : mode;
}

}  // namespace decibit
