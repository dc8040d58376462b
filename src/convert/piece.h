// SPDX-License-Identifier: Apache-2.0
// One weight of the result: where its rows come from and how they are stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "convert/row_source.h"
#include "core/shape.h"
#include "io/safetensors.h"
#include "kernels/kernel_table.h"
#include "quant/scheme.h"

namespace decibit {

struct Piece {
  std::string name;              // of the tensor that holds the weight or its codes
  std::uint16_t component = 0;   // index into Schema::components
  RowSourcePtr rows;             // in the type in which it is stored or from which it is quantized
  Shape shape;                   // unpacked
  std::optional<Scheme> scheme;  // how to quantize it; empty: the rows are stored as they are
  ScaleRule scale_rule = ScaleRule::kMlx;
  /// The same rows before casting; null when nothing is cast. Tells a weight that overflowed from
  /// one that was infinite in the source.
  RowSourcePtr uncast;
  /// Already packed codes, copied: what they mean (the rows then are U32 words).
  std::optional<Scheme> packed;
  bool is_companion = false;   // copied scales and biases: no weight of their own in the tables
  bool can_stay_dense = true;  // the same name may hold dense data (not so for folded rows)

  std::int64_t elements() const { return num_elements(shape).value_or(0); }
  DType scale_dtype() const;
  std::string method() const;  // "affine 4:64", "mxfp4", "BF16"
};

/// The tensors that a piece becomes: the dense tensor, or codes, scales and (affine) biases.
std::vector<TensorHeader> outputs_of(const Piece& piece);

/// "affine 4:64", "mxfp4"
std::string method_name(const Scheme& scheme);

/// A quantized layer's path and scheme, for "quantization" in config.json.
struct QuantizedLayer {
  std::string path;
  Scheme scheme;
};

}  // namespace decibit
