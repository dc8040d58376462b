// SPDX-License-Identifier: Apache-2.0
// Each function by its definition, in double, rounded to float once.
#include "kernels/pointwise.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <span>

#include "core/half.h"
#include "kernels/reference/reference.h"

namespace decibit::isa {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double value(Function f, double x) {
  switch (f) {
    case Function::kExp:
      return std::exp(x);
    case Function::kSin:
      return std::sin(x);
    case Function::kCos:
      return std::cos(x);
    case Function::kTanh:
      return std::tanh(x);
    case Function::kSigmoid:
      return sigmoid(x);
    case Function::kSilu:
      return x * sigmoid(x);
    case Function::kGeluErf:
      return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
    case Function::kGeluTanh:
      return x * sigmoid(2 * std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x));
    case Function::kRelu:
      return x < 0 ? 0 : x;
  }
  return x;
}

void apply(Function f, const float* x, std::size_t n, float* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<float>(value(f, double{x[i]}));
}

void leaky_relu(float slope, const float* x, std::size_t n, float* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = x[i] < 0 ? slope * x[i] : x[i];
}

void add(const float* x, const float* y, std::size_t n, float* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = x[i] + y[i];
}

void add_scaled(const float* x, float a, const float* y, std::size_t n, float* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = std::fma(a, y[i], x[i]);
}

void multiply(const float* x, const float* y, std::size_t n, float* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = x[i] * y[i];
}

void scale(float a, const float* x, std::size_t n, float* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = a * x[i];
}

// The affine map in float, as everywhere: v decides where a snake is.
float affine_value(float x, const float* scale_of, const float* shift_of, std::int64_t c) {
  return scale_of == nullptr ? x : std::fma(scale_of[c], x, shift_of[c]);
}

void snake(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t channels,
           const float* scale_of, const float* shift_of, const float* alpha, const float* inv_beta,
           float* out, std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < channels; ++c) {
      const float v = affine_value(x[r * x_stride + c], scale_of, shift_of, c);
      const double s = std::sin(double{alpha[c]} * double{v});
      out[r * out_stride + c] = static_cast<float>(double{v} + s * s * double{inv_beta[c]});
    }
}

void affine(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t channels,
            const float* scale_of, const float* shift_of, float* out, std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < channels; ++c)
      out[r * out_stride + c] = affine_value(x[r * x_stride + c], scale_of, shift_of, c);
}

void layer_norm(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n,
                const float* weight, const float* bias, float eps, float* out,
                std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, out += out_stride) {
    double mean = 0, variance = 0;
    for (std::int64_t i = 0; i < n; ++i) mean += double{x[i]};
    mean /= static_cast<double>(n);
    for (std::int64_t i = 0; i < n; ++i) variance += (double{x[i]} - mean) * (double{x[i]} - mean);
    const double factor = 1 / std::sqrt(variance / static_cast<double>(n) + double{eps});
    for (std::int64_t i = 0; i < n; ++i)
      out[i] = static_cast<float>((double{x[i]} - mean) * factor *
                                      (weight == nullptr ? 1.0 : double{weight[i]}) +
                                  (bias == nullptr ? 0.0 : double{bias[i]}));
  }
}

void rms_norm(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n,
              const float* weight, float eps, float* out, std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, out += out_stride) {
    double squares = 0;
    for (std::int64_t i = 0; i < n; ++i) squares += double{x[i]} * double{x[i]};
    const double factor = 1 / std::sqrt(squares / static_cast<double>(n) + double{eps});
    for (std::int64_t i = 0; i < n; ++i)
      out[i] = static_cast<float>(double{x[i]} * factor * double{weight[i]});
  }
}

void channel_sums(const float* x, std::int64_t x_stride, std::int64_t r0, std::int64_t r1,
                  std::int64_t channels, double* sums, double* squares) {
  for (std::int64_t r = r0; r < r1; ++r)
    for (std::int64_t c = 0; c < channels; ++c) {
      const double v = double{x[r * x_stride + c]};
      sums[c] += v;
      squares[c] += v * v;
    }
}

// NaN anywhere makes the row NaN, as does a row of -inf alone (0 / 0).
double maximum(const float* x, std::int64_t n) {
  double m = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < n; ++i) m = std::isnan(x[i]) || m > double{x[i]} ? m : double{x[i]};
  return m;
}

double exp_sum(const float* x, std::int64_t n, double m) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += std::exp(double{x[i]} - m);
  return sum;
}

void softmax(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n, float* out,
             std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, out += out_stride) {
    const double m = maximum(x, n), sum = exp_sum(x, n, m);
    for (std::int64_t i = 0; i < n; ++i)
      out[i] = static_cast<float>(std::exp(double{x[i]} - m) / sum);
  }
}

void log_softmax(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n,
                 float* out, std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, out += out_stride) {
    const double m = maximum(x, n), log_sum = std::log(exp_sum(x, n, m));
    for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<float>(double{x[i]} - m - log_sum);
  }
}

void rope(float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t half,
          const float* cosines, const float* sines, bool interleaved) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, cosines += half, sines += half)
    for (std::int64_t i = 0; i < half; ++i) {
      float& a = x[interleaved ? 2 * i : i];
      float& b = x[interleaved ? 2 * i + 1 : i + half];
      const double c = double{cosines[i]}, s = double{sines[i]};
      const double turned_a = double{a} * c - double{b} * s,
                   turned_b = double{a} * s + double{b} * c;
      a = static_cast<float>(turned_a);
      b = static_cast<float>(turned_b);
    }
}

void depthwise(const float* x, std::int64_t x_stride, std::int64_t x_rows, std::int64_t channels,
               const float* w, int taps, int stride, int dilation, int padding, const float* bias,
               std::int64_t t0, std::int64_t t1, float* y, std::int64_t y_stride) {
  for (std::int64_t t = t0; t < t1; ++t)
    for (std::int64_t c = 0; c < channels; ++c) {
      double sum = bias == nullptr ? 0 : double{bias[c]};
      for (int j = 0; j < taps; ++j) {
        const std::int64_t row = t * stride + std::int64_t{j} * dilation - padding;
        if (row >= 0 && row < x_rows)
          sum += double{x[row * x_stride + c]} * double{w[j * channels + c]};
      }
      y[t * y_stride + c] = static_cast<float>(sum);
    }
}

void widen(Element element, const std::uint8_t* p, std::size_t n, float* out) {
  for (std::size_t i = 0; i < n; ++i) {
    if (element == Element::kF32) {
      std::memcpy(out + i, p + 4 * i, 4);
      continue;
    }
    std::uint16_t bits;
    std::memcpy(&bits, p + 2 * i, 2);
    out[i] = element == Element::kF16 ? f16_to_f32(bits) : bf16_to_f32(bits);
  }
}

void narrow(const float* x, std::size_t n, Element element, std::uint8_t* p) {
  for (std::size_t i = 0; i < n; ++i) {
    if (element == Element::kF32) {
      std::memcpy(p + 4 * i, x + i, 4);
      continue;
    }
    const std::uint16_t bits = element == Element::kF16 ? f32_to_f16(x[i]) : f32_to_bf16(x[i]);
    std::memcpy(p + 2 * i, &bits, 2);
  }
}

}  // namespace

const Pointwise kReferencePointwise = {
    apply,    leaky_relu,   add,     add_scaled,  multiply, scale,     snake, affine, layer_norm,
    rms_norm, channel_sums, softmax, log_softmax, rope,     depthwise, widen, narrow};

}  // namespace decibit::isa
