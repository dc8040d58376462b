// SPDX-License-Identifier: Apache-2.0
// Functions of [T, C] rows with parameters for each channel; lanes run along the channels.
#pragma once

#include "kernels/pointwise.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/math.h"

namespace decibit::isa {
namespace {

/// Calls f(c, count) for each vector of channels; count < kLanes at the end.
template <class V, class F>
void for_channels(std::int64_t channels, F f) {
  std::int64_t c = 0;
  for (; c + V::kLanes <= channels; c += V::kLanes) f(c, std::int64_t{V::kLanes});
  if (c < channels) f(c, channels - c);
}

template <class V>
void affine(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t channels,
            const float* scale_of, const float* shift_of, float* out, std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, out += out_stride)
    for_channels<V>(channels, [&](std::int64_t c, std::int64_t count) {
      store_some<V>(out + c,
                    V::fma(load_some<V>(scale_of + c, count), load_some<V>(x + c, count),
                           load_some<V>(shift_of + c, count)),
                    count);
    });
}

template <class V>
void snake(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t channels,
           const float* scale_of, const float* shift_of, const float* alpha, const float* inv_beta,
           float* out, std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, out += out_stride)
    for_channels<V>(channels, [&](std::int64_t c, std::int64_t count) {
      auto v = load_some<V>(x + c, count);
      if (scale_of != nullptr)
        v = V::fma(load_some<V>(scale_of + c, count), v, load_some<V>(shift_of + c, count));
      store_some<V>(out + c,
                    snake<V>(v, load_some<V>(alpha + c, count), load_some<V>(inv_beta + c, count)),
                    count);
    });
}

/// The sums of kVectors vectors of channels stay in registers over all rows.
template <class V, int kVectors>
void channel_sums_of(const float* x, std::int64_t x_stride, std::int64_t rows, double* sums,
                     double* squares) {
  typename V::Doubles sum[kVectors], square[kVectors];
  for (int i = 0; i < kVectors; ++i) {
    sum[i] = V::load_doubles(sums + i * V::kLanes);
    square[i] = V::load_doubles(squares + i * V::kLanes);
  }
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride)
    for (int i = 0; i < kVectors; ++i) {
      const auto v = V::doubles(V::load(x + i * V::kLanes));
      sum[i] = V::add(sum[i], v);
      square[i] = V::fma(v, v, square[i]);
    }
  for (int i = 0; i < kVectors; ++i) {
    V::store_doubles(sums + i * V::kLanes, sum[i]);
    V::store_doubles(squares + i * V::kLanes, square[i]);
  }
}

template <class V>
void channel_sums(const float* x, std::int64_t x_stride, std::int64_t r0, std::int64_t r1,
                  std::int64_t channels, double* sums, double* squares) {
  constexpr int kVectors = V::kLanes / 4;  // 16 and 64 channels: as many as the registers hold
  x += r0 * x_stride;
  std::int64_t c = 0;
  for (; c + kVectors * V::kLanes <= channels; c += kVectors * V::kLanes)
    channel_sums_of<V, kVectors>(x + c, x_stride, r1 - r0, sums + c, squares + c);
  for (; c + V::kLanes <= channels; c += V::kLanes)
    channel_sums_of<V, 1>(x + c, x_stride, r1 - r0, sums + c, squares + c);
  for (; c < channels; ++c)
    for (std::int64_t r = 0; r < r1 - r0; ++r) {
      const double v = double{x[r * x_stride + c]};
      sums[c] += v;
      squares[c] = __builtin_fma(v, v, squares[c]);
    }
}

template <class V>
void depthwise(const float* x, std::int64_t x_stride, std::int64_t x_rows, std::int64_t channels,
               const float* w, int taps, int stride, int dilation, int padding, const float* bias,
               std::int64_t t0, std::int64_t t1, float* y, std::int64_t y_stride) {
  for (std::int64_t t = t0; t < t1; ++t)
    for_channels<V>(channels, [&](std::int64_t c, std::int64_t count) {
      auto sum = bias == nullptr ? V::zero() : load_some<V>(bias + c, count);
      for (int j = 0; j < taps; ++j) {
        const std::int64_t row = t * stride + std::int64_t{j} * dilation - padding;
        if (row >= 0 && row < x_rows)
          sum = V::fma(load_some<V>(x + row * x_stride + c, count),
                       load_some<V>(w + j * channels + c, count), sum);
      }
      store_some<V>(y + t * y_stride + c, sum, count);
    });
}

/// Lanes run along the pairs; adjacent pairs are left to the compiler, they are few.
template <class V>
void rope(float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t half,
          const float* cosines, const float* sines, bool interleaved) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, cosines += half, sines += half) {
    if (interleaved) {
      for (std::int64_t i = 0; i < half; ++i) {
        const float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = __builtin_fmaf(a, cosines[i], -(b * sines[i]));
        x[2 * i + 1] = __builtin_fmaf(a, sines[i], b * cosines[i]);
      }
      continue;
    }
    for_channels<V>(half, [&](std::int64_t i, std::int64_t count) {
      const auto a = load_some<V>(x + i, count), b = load_some<V>(x + half + i, count);
      const auto c = load_some<V>(cosines + i, count), s = load_some<V>(sines + i, count);
      store_some<V>(x + i, V::fnma(b, s, V::mul(a, c)), count);
      store_some<V>(x + half + i, V::fma(a, s, V::mul(b, c)), count);
    });
  }
}

}  // namespace
}  // namespace decibit::isa
