// SPDX-License-Identifier: Apache-2.0
// The three transforms of toom_cook_points.h, each on one register of independent columns: channels
// for the input, features for weights and outputs. Loops are unrolled by templates, so that tables
// become constants of the instructions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/simd/toom_cook_points.h"

namespace decibit::isa {
namespace {

template <int i>
struct Index {
  static constexpr int value = i;
  constexpr operator int() const { return i; }
};

/// f(Index<0>), ..., f(Index<n - 1>), inlined.
template <int n, int i = 0, class F>
[[gnu::always_inline]] inline void unroll(const F& f) {
  if constexpr (i < n) {
    f(Index<i>{});
    unroll<n, i + 1>(f);
  }
}

/// sum_k c[k] * d[first + 2k], c a constant table.
template <class V, int terms>
[[gnu::always_inline]] inline typename V::F even_sum(const double* c, const typename V::F* d) {
  auto sum = V::mul(V::set(static_cast<float>(c[0])), d[0]);
  unroll<terms - 1>([&](auto k) __attribute__((always_inline)) {
    sum = V::fma(V::set(static_cast<float>(c[k + 1])), d[2 * (k + 1)], sum);
  });
  return sum;
}

/// out[p * out_stride] = sum_l b_p[l] in[l * in_stride]
template <class V, class P>
[[gnu::always_inline]] inline void transform_input(const float* in, std::ptrdiff_t in_stride,
                                                   float* out, std::ptrdiff_t out_stride) {
  using Tables = ToomCookTables<P>;
  constexpr const Tables& tables = kToomCook<P>;
  typename V::F d[Tables::kPoints];
  unroll<Tables::kPoints>([&](auto l) __attribute__((always_inline)) {
    d[l] = V::load(in + l * in_stride);
  });
  V::store(out, even_sum<V, Tables::kPairs + 1>(tables.z, d));
  unroll<Tables::kPairs>([&](auto q) __attribute__((always_inline)) {
    const auto even = even_sum<V, Tables::kPairs>(tables.q[q], d + 2);
    const auto odd = even_sum<V, Tables::kPairs>(tables.q[q], d + 1);
    const auto a = V::set(static_cast<float>(tables.pair[q]));
    V::store(out + (1 + 2 * q) * out_stride, V::fma(a, odd, even));
    V::store(out + (2 + 2 * q) * out_stride, V::fnma(a, odd, even));
  });
  if constexpr (Tables::kInfinity)
    V::store(out + (Tables::kPoints - 1) * out_stride,
             even_sum<V, Tables::kPairs + 1>(tables.z, d + 1));
}

/// out[p * out_stride] = sum_j a_p^j / f_p taps[j * tap_stride], over the first `count` taps.
template <class V, class P, int count>
[[gnu::always_inline]] inline void transform_weights(const float* taps, std::ptrdiff_t tap_stride,
                                                     float* out, std::ptrdiff_t out_stride) {
  using Tables = ToomCookTables<P>;
  constexpr const Tables& tables = kToomCook<P>;
  static_assert(count >= 2 && count <= Tables::kTaps);
  typename V::F g[count];
  unroll<count>([&](auto j)
                    __attribute__((always_inline)) { g[j] = V::load(taps + j * tap_stride); });
  V::store(out, V::mul(V::set(static_cast<float>(tables.tap_zero)), g[0]));
  unroll<Tables::kPairs>([&](auto q) __attribute__((always_inline)) {
    auto even = V::mul(V::set(static_cast<float>(tables.tap[q][0])), g[0]);
    auto odd = V::mul(V::set(static_cast<float>(tables.tap[q][1])), g[1]);
    unroll<count - 2>([&](auto j) __attribute__((always_inline)) {
      auto& sum = j % 2 == 0 ? even : odd;
      sum = V::fma(V::set(static_cast<float>(tables.tap[q][j + 2])), g[j + 2], sum);
    });
    V::store(out + (1 + 2 * q) * out_stride, V::add(even, odd));
    V::store(out + (2 + 2 * q) * out_stride, V::sub(even, odd));
  });
  if constexpr (Tables::kInfinity)
    V::store(out + (Tables::kPoints - 1) * out_stride,
             count == Tables::kTaps ? g[count - 1] : V::zero());
}

/// y[i] = sum_p a_p^i products[p * stride]
template <class V, class P>
[[gnu::always_inline]] inline void transform_output(const float* products, std::ptrdiff_t stride,
                                                    typename V::F* y) {
  using Tables = ToomCookTables<P>;
  constexpr const Tables& tables = kToomCook<P>;
  typename V::F sum[Tables::kPairs], difference[Tables::kPairs];
  unroll<Tables::kPairs>([&](auto q) __attribute__((always_inline)) {
    const auto plus = V::load(products + (1 + 2 * q) * stride);
    const auto minus = V::load(products + (2 + 2 * q) * stride);
    sum[q] = V::add(plus, minus);
    difference[q] = V::sub(plus, minus);
  });
  unroll<Tables::kOutputs>([&](auto i) __attribute__((always_inline)) {
    const auto* pairs = i % 2 == 0 ? sum : difference;
    auto total = V::mul(V::set(static_cast<float>(tables.power[0][i])), pairs[0]);
    unroll<Tables::kPairs - 1>([&](auto q) __attribute__((always_inline)) {
      total = V::fma(V::set(static_cast<float>(tables.power[q + 1][i])), pairs[q + 1], total);
    });
    if constexpr (i.value == 0) total = V::add(total, V::load(products));
    if constexpr (i.value == Tables::kOutputs - 1 && Tables::kInfinity)
      total = V::add(total, V::load(products + (Tables::kPoints - 1) * stride));
    y[i] = total;
  });
}

}  // namespace
}  // namespace decibit::isa
