// SPDX-License-Identifier: Apache-2.0
// Norms and softmax: a row at a time, lanes along the row, sums in double.
#pragma once

#include "kernels/pointwise.h"
#include "kernels/simd/math.h"
#include "kernels/simd/pointwise_channels.h"

namespace decibit::isa {
namespace {

template <class V>
void layer_norm(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n,
                const float* weight, const float* bias, float eps, float* out,
                std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, out += out_stride) {
    auto sum = V::sum_zero();
    for_channels<V>(n, [&](std::int64_t i, std::int64_t count) {
      V::add_values(sum, load_some<V>(x + i, count));  // lanes beyond the row are zero
    });
    const float mean = static_cast<float>(V::total(sum) / static_cast<double>(n));
    auto squares = V::sum_zero();
    for_channels<V>(n, [&](std::int64_t i, std::int64_t count) {
      auto v = V::sub(load_some<V>(x + i, count), V::set(mean));
      if (count < V::kLanes) {
        float lanes[V::kLanes];
        V::store(lanes, v);
        v = V::load_first(lanes, count);
      }
      V::add_squares(squares, v);
    });
    const auto factor = V::set(static_cast<float>(
        1 / __builtin_sqrt(V::total(squares) / static_cast<double>(n) + double{eps})));
    for_channels<V>(n, [&](std::int64_t i, std::int64_t count) {
      auto v = V::mul(V::sub(load_some<V>(x + i, count), V::set(mean)), factor);
      if (weight != nullptr) v = V::mul(v, load_some<V>(weight + i, count));
      if (bias != nullptr) v = V::add(v, load_some<V>(bias + i, count));
      store_some<V>(out + i, v, count);
    });
  }
}

template <class V>
void rms_norm(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n,
              const float* weight, float eps, float* out, std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, out += out_stride) {
    auto squares = V::sum_zero();
    for_channels<V>(n, [&](std::int64_t i, std::int64_t count) {
      V::add_squares(squares, load_some<V>(x + i, count));
    });
    const auto factor = V::set(static_cast<float>(
        1 / __builtin_sqrt(V::total(squares) / static_cast<double>(n) + double{eps})));
    for_channels<V>(n, [&](std::int64_t i, std::int64_t count) {
      store_some<V>(
          out + i,
          V::mul(V::mul(load_some<V>(x + i, count), factor), load_some<V>(weight + i, count)),
          count);
    });
  }
}

/// The first `count` values; lanes beyond are -inf, which adds nothing to a maximum or a softmax.
template <class V>
typename V::F load_or_minus_infinity(const float* p, std::int64_t count) {
  if (count == V::kLanes) return V::load(p);
  float lanes[V::kLanes];
  V::store(lanes, V::set(-__builtin_inff()));
  V::store_first(lanes, V::load_first(p, count), count);
  return V::load(lanes);
}

/// NaN may be lost here; it comes back in the sum.
template <class V>
float maximum(const float* x, std::int64_t n) {
  auto m = V::set(-__builtin_inff());
  for_channels<V>(n, [&](std::int64_t i, std::int64_t count) {
    m = V::max(m, load_or_minus_infinity<V>(x + i, count));
  });
  return V::reduce_max(m);
}

template <class V>
void softmax(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n, float* out,
             std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, out += out_stride) {
    const auto m = V::set(maximum<V>(x, n));
    auto sum = V::sum_zero();
    for_channels<V>(n, [&](std::int64_t i, std::int64_t count) {
      const auto e = exp<V>(V::sub(load_or_minus_infinity<V>(x + i, count), m));
      V::add_values(sum, e);
      store_some<V>(out + i, e, count);
    });
    const auto factor = V::set(static_cast<float>(1 / V::total(sum)));
    for_channels<V>(n, [&](std::int64_t i, std::int64_t count) {
      store_some<V>(out + i, V::mul(load_some<V>(out + i, count), factor), count);
    });
  }
}

template <class V>
void log_softmax(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t n,
                 float* out, std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows; ++r, x += x_stride, out += out_stride) {
    const auto m = V::set(maximum<V>(x, n));
    auto sum = V::sum_zero();
    for_channels<V>(n, [&](std::int64_t i, std::int64_t count) {
      V::add_values(sum, exp<V>(V::sub(load_or_minus_infinity<V>(x + i, count), m)));
    });
    const auto log_sum = V::set(static_cast<float>(__builtin_log(V::total(sum))));
    for_channels<V>(n, [&](std::int64_t i, std::int64_t count) {
      store_some<V>(out + i, V::sub(V::sub(load_some<V>(x + i, count), m), log_sum), count);
    });
  }
}

}  // namespace
}  // namespace decibit::isa
