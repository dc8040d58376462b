// SPDX-License-Identifier: Apache-2.0
// Functions of single values, and norms, softmax and rotations over rows. Rows are [rows, n] with a
// stride in floats; `out` may be `x`. NaN stays NaN.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"

namespace decibit::isa {

enum class Function : std::uint8_t {
  kExp,
  kSin,
  kCos,
  kTanh,
  kSigmoid,
  kSilu,      // x * sigmoid(x)
  kGeluErf,   // x * (1 + erf(x / sqrt 2)) / 2
  kGeluTanh,  // x * (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
  kRelu
};

struct Pointwise {
  /// out[i] = f(x[i]); largest errors in ulp stand in docs/kernels.md and in the tests.
  void (*apply)(Function f, const float* x, std::size_t n, float* out);
  void (*leaky_relu)(float slope, const float* x, std::size_t n, float* out);
  /// out = x + y; out = x + a * y; out = x * y
  void (*add)(const float* x, const float* y, std::size_t n, float* out);
  void (*add_scaled)(const float* x, float a, const float* y, std::size_t n, float* out);
  void (*multiply)(const float* x, const float* y, std::size_t n, float* out);
  void (*scale)(float a, const float* x, std::size_t n, float* out);

  /// v + sin(alpha[c] v)^2 * inv_beta[c] with v = x, or scale[c] x + shift[c] when these are not
  /// null. Snake: inv_beta = 1 / alpha.
  void (*snake)(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t channels,
                const float* scale, const float* shift, const float* alpha, const float* inv_beta,
                float* out, std::int64_t out_stride);
  /// scale[c] x + shift[c]
  void (*affine)(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t channels,
                 const float* scale, const float* shift, float* out, std::int64_t out_stride);

  /// (x - mean) / sqrt(variance + eps) * weight + bias over each row; weight and bias may be null.
  void (*layer_norm)(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n,
                     const float* weight, const float* bias, float eps, float* out,
                     std::int64_t out_stride);
  /// x / sqrt(mean(x^2) + eps) * weight
  void (*rms_norm)(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n,
                   const float* weight, float eps, float* out, std::int64_t out_stride);
  /// Sum and sum of squares of each channel over rows [r0, r1), in double, added to sums[c] and
  /// squares[c]: an instance norm's statistics. Callers add fixed blocks of rows in order.
  void (*channel_sums)(const float* x, std::int64_t x_stride, std::int64_t r0, std::int64_t r1,
                       std::int64_t channels, double* sums, double* squares);

  /// Over each row, in place or not. log_softmax = x - max - log(sum exp(x - max)).
  void (*softmax)(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n,
                  float* out, std::int64_t out_stride);
  void (*log_softmax)(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n,
                      float* out, std::int64_t out_stride);

  /// Rotates the first 2 * half values of each row by angles whose cosines and sines are given per
  /// row, [rows, half]: pairs (i, i + half), or (2i, 2i + 1) when interleaved.
  void (*rope)(float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t half,
               const float* cosines, const float* sines, bool interleaved);

  /// Depthwise convolution, rows [t0, t1) of y: y[t, c] = bias[c] + sum_j x[t * stride + j *
  /// dilation
  /// - padding, c] * w[j * channels + c]; rows outside x are zeros; bias may be null.
  void (*depthwise)(const float* x, std::int64_t x_stride, std::int64_t x_rows,
                    std::int64_t channels, const float* w, int taps, int stride, int dilation,
                    int padding, const float* bias, std::int64_t t0, std::int64_t t1, float* y,
                    std::int64_t y_stride);

  /// n elements of F32, F16 or BF16 at p (any alignment) to float, and back (nearest even).
  void (*widen)(Element element, const std::uint8_t* p, std::size_t n, float* out);
  void (*narrow)(const float* x, std::size_t n, Element element, std::uint8_t* p);
};

}  // namespace decibit::isa
