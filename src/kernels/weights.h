// SPDX-License-Identifier: Apache-2.0
// A matrix of weights as kernels see it, in plain types: the files compiled with wide instruction
// sets include this (see isa.h). kernels/matrix.h is the same thing for everybody else.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"

namespace decibit::isa {

enum class WeightKind : std::uint8_t { kF32, kF16, kBF16, kAffine, kMxfp4, kMxfp8, kNvfp4 };

/// W[n, k], a view: rows of a mapped file, of any alignment. What the codes mean:
///   affine          w = scale * code + bias, codes unsigned, in float arithmetic of the widened
///                   scale and bias (not rounded to their type, as MLX's dequantize does)
///   mxfp4, nvfp4    w = scale * e2m1(code)
///   mxfp8           w = scale * e4m3(code)
/// Codes of a row are one little-endian bit stream: code i is bits [i*bits, (i+1)*bits).
struct Weights {
  WeightKind kind;
  int bits;         // of a code; 32 or 16 when dense
  int group_shift;  // group size = 1 << group_shift; 0 when dense
  Element scale;    // affine: of scales and biases (F32, F16, BF16); else ignored
  std::int64_t n, k;
  const std::uint8_t* data;    // codes, or the dense elements
  std::int64_t row_bytes;      // from one row of `data` to the next
  const std::uint8_t* scales;  // null when dense; E8M0 (mx) or E4M3 (nvfp4) bytes for the fp modes
  const std::uint8_t* biases;  // affine only; laid out like scales
  std::int64_t scale_row_bytes;  // from one row of scales (and of biases) to the next

  bool dense() const { return kind <= WeightKind::kBF16; }
  std::int64_t groups() const { return k >> group_shift; }
};

/// How activations enter a product.
enum class Input : std::uint8_t {
  kF32,  // as they are; sums in f32
  kI16,  // per group of the weight: x = scale * code, |code| <= 32639, so that two int8 planes hold
         // it
  kI8    // per group of the weight: x = scale * code, |code| <= 127
};

}  // namespace decibit::isa
