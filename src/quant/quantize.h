// SPDX-License-Identifier: Apache-2.0
// The exact rules, one row at a time. Layout of a row of K weights:
//   codes   K*bits/32 little-endian words: a bit stream, element i at bit i*bits
//   scales  one per group: of the weight's type (affine) or one byte (fp modes)
//   biases  one per group, affine only
// Sources: MLX 0.32.4 (mlx/backend/cpu/quantized.cpp and ops.cpp for cpu; the Metal and CUDA
// kernels for the others). Arithmetic is IEEE float, one rounding per operation, no FMA.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/dtype.h"
#include "quant/scheme.h"

namespace decibit {

/// Where one quantized row goes or comes from. Raw little-endian bytes; sizes follow from the
/// scheme.
struct QuantizedRow {
  std::byte* codes;
  std::byte* scales;
  std::byte* biases;  // null for fp modes
};
struct ConstQuantizedRow {
  const std::byte* codes;
  const std::byte* scales;
  const std::byte* biases;
};

/// Quantizes one row. `weights`: K finite values, each exactly representable in `dtype` (F32, F16,
/// BF16), which is also the type of affine scales and biases. K fits the scheme.
void quantize_row(const Scheme& scheme, Profile profile, DType dtype,
                  std::span<const float> weights, QuantizedRow out);

/// Affine only, for the decibit-rows format: scale and bias are rounded to F16 first and the codes
/// chosen for the rounded values. Not an MLX rule.
void quantize_row_f16_scales(const Scheme& scheme, std::span<const float> weights,
                             QuantizedRow out);

/// Dequantizes one row as MLX's CPU does. Affine: product and sum are each rounded to `dtype`, the
/// type of scales and biases. fp modes: `dtype` is the type asked for; element, scale and product
/// are each rounded to it. Values come back as float.
void dequantize_row(const Scheme& scheme, DType dtype, ConstQuantizedRow row,
                    std::span<float> weights);

}  // namespace decibit
