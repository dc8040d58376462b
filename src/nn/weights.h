// SPDX-License-Identifier: Apache-2.0
// The weights of a folder as a model means them: a quantized layer is one weight, not three
// tensors.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "io/checkpoint.h"
#include "io/json.h"
#include "quant/scheme.h"

namespace decibit {

struct Weight {
  std::string name;                // "decoder.ln.bias"; of a quantized layer "X.weight"
  const Tensor* tensor = nullptr;  // dense data, or the packed codes
  const Tensor* scales = nullptr;  // both null when dense
  const Tensor* biases = nullptr;  // affine only
  std::optional<Scheme> scheme;    // set iff quantized
  bool in_rows_format = false;     // mode decibit-rows: affine, F16 scales, weights computed in F32
  Shape shape;                     // of the unpacked weight
  DType dtype =
      DType::kF32;  // dense: its type; affine: type of the scales; fp modes: U8 scales, BF16

  std::int64_t elements() const;
  std::uint64_t stored_bytes() const;  // codes, scales and biases together
};

/// "X" of "X.weight"; the name itself otherwise.
std::string layer_path(std::string_view weight_name);

/// A tensor that is a weight by itself.
Weight dense_weight(const Tensor& tensor);

/// Groups X.weight (U32), X.scales and X.biases. Bits and group size are derived from the tensors
/// and checked against the config: scales U8 means an fp mode (told apart by the config's entry for
/// X or its global one, else by shape); with biases, bits = 32 * words / K and group = K / groups,
/// where K comes from the config's entry. kBadInput lists every triple that fits no scheme or
/// contradicts itself. The pointers stay valid as long as the checkpoint.
Result<std::vector<Weight>> group_weights(const Checkpoint& checkpoint, const Json& config);

}  // namespace decibit
