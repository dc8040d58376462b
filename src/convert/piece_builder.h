// SPDX-License-Identifier: Apache-2.0
// From one tensor of the schema, where it comes from and what was decided, to the pieces written
// for it.
#pragma once

#include <vector>

#include "convert/method.h"
#include "convert/piece.h"
#include "models/schema.h"
#include "models/source_index.h"

namespace decibit {

/// One tensor of the schema with its origin (null: not in the source) and the choice made for it.
struct Decision {
  const TensorSpec* spec = nullptr;
  const Origin* origin = nullptr;
  Method method = {};
  DType source_dtype = DType::kF32;  // of the weight, dequantized if it is packed
};

class PieceBuilder {
 public:
  /// `fp_dtype`: what dequantized fp modes become; `torch_order`: dense convolutions are written as
  /// PyTorch keeps them.
  PieceBuilder(DType fp_dtype, bool torch_order, const KernelTable& kernels)
      : fp_dtype_(fp_dtype), torch_order_(torch_order), kernels_(kernels) {}

  Piece dense(const Decision& d) const;
  /// In one of MLX's own formats.
  Piece quantized(const Decision& d) const;
  /// decibit-rows: the quantized rows and, for a split convolution, its dense tail. `g`: the origin
  /// of the weight norm's g, or null when the source has folded it.
  std::vector<Piece> rows(const Decision& d, const Origin* g) const;
  /// The codes, scales and biases as they are (the type of affine scales follows the cast).
  std::vector<Piece> copied(const Decision& d) const;
  /// The weight norm's g of a folded convolution: its norm, so that g * v / |v| == v.
  Piece unfolded_norm(const TensorSpec& g, const Decision& v) const;

 private:
  Piece new_piece(const Decision& d) const;
  RowSourcePtr mlx_rows(const Decision& d) const;
  void set_rows(Piece& piece, RowSourcePtr rows, const Decision& d) const;

  DType fp_dtype_;
  bool torch_order_;
  const KernelTable& kernels_;
};

}  // namespace decibit
