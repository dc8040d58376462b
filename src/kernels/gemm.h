// SPDX-License-Identifier: Apache-2.0
// Products of many rows, and convolutions along time, as one implicit matrix product:
//   y[t, n] = sum_tap sum_c x[t * stride + row(tap), c] * W[n, index(tap) * channels + c] (+
//   bias[n])
// where rows of x outside [0, x_rows) count as zeros. A Linear has one tap: row 0, index 0. A
// convolution has one per kernel position: row(j) = j * dilation - padding, index(j) = j. A phase r
// of a transposed convolution is one as well, whose rows of y are `stride` apart. Two calls with
// add = true make one product of two matrices side by side (rows with a dense tail).
//
// Lanes run along n. A block of weights is unpacked and transposed once into scratch,
// [tap][c][lanes of n], and reused for every row.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/weights.h"

namespace decibit::isa {

/// A function of the input, applied as it is read: snake(scale[c] * x + shift[c]) and the like.
struct Prologue {
  enum class Kind : std::uint8_t {
    kNone,
    kLeakyRelu,  // v > 0 ? v : slope * v
    kSnake       // v + sin(alpha[c] * v)^2 / alpha[c]
  };
  Kind kind = Kind::kNone;
  const float* scale = nullptr;  // [channels]; v = scale[c] * x + shift[c]; both null: v = x
  const float* shift = nullptr;
  float slope = 0;
  const float* alpha = nullptr;      // [channels]
  const float* inv_alpha = nullptr;  // [channels]
  bool any() const { return kind != Kind::kNone || scale != nullptr; }
};

struct GemmJob {
  const Weights* w;  // k = (number of taps the weight has) * channels; groups never cross a tap
  std::int64_t channels;
  int taps;                       // >= 1
  const std::int32_t* tap_row;    // [taps]
  const std::int32_t* tap_index;  // [taps]
  std::int64_t stride;            // rows of x from one row of y to the next

  const float* x;  // row r at x + r * x_stride
  std::int64_t x_stride, x_rows;
  Prologue prologue;

  const float* bias;  // [w->n], or null
  float* y;           // row t at y + t * y_stride
  std::int64_t y_stride;
  bool add;                     // y += product
  std::int64_t t0, t1, n0, n1;  // the block of y to compute; n0 is a multiple of n_step
  void* scratch;                // scratch_bytes(job), 64-byte aligned, one for each thread
  /// [w->n], or null: W's rows times these. A weight norm, g / |v|.
  const float* feature_scale = nullptr;
  /// Null, or what Gemm::pack made of all rows of x, which is then not read. Of Linear layers
  /// without a prologue only, and t0 is a multiple of pack_step.
  const float* packed = nullptr;
};

struct Gemm {
  /// Blocks are cut at multiples of these, so that sums do not depend on how work is divided.
  std::int64_t n_step, t_step;
  std::size_t (*scratch_bytes)(const GemmJob& job);
  void (*multiply)(const GemmJob& job);

  /// Rows packed once serve all features and all weights of one input; otherwise each block of
  /// features copies them anew. The sums are the same, bit for bit.
  std::int64_t pack_step;
  std::size_t (*packed_bytes)(std::int64_t channels, std::int64_t x_rows);
  /// Rows [r0, r1) of x to their places in `out`, 64-byte aligned; r0 is a multiple of pack_step,
  /// r1 as well or x_rows.
  void (*pack)(const float* x, std::int64_t x_stride, std::int64_t channels, std::int64_t r0,
               std::int64_t r1, float* out);
};

}  // namespace decibit::isa
