// SPDX-License-Identifier: Apache-2.0
// The matrix product of one point: products[tile][feature] = sum_k x[tile * x_stride + k]
// u[k][feature]. kTileRows tiles by kFeatureVectors registers of features stay in registers (AVX2:
// 6 x 2 of 16, AVX-512: 12 x 2 of 32), weights are loaded, transformed input is broadcast.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/simd/toom_cook_transform.h"

namespace decibit::isa {
namespace {

constexpr int kFeatureVectors = 2;
template <class V>
constexpr int kTileRows = V::kLanes == 16 ? 12 : 6;
/// Terms of a sum in registers: see toom_cook.h. A multiple of the unrolled steps is all it must
/// be.
constexpr std::int64_t kChain = 64;

/// `steps`, a multiple of V::kLanes, more terms of rows * kFeatureVectors sums.
template <class V, int rows>
void add_products(const float* x, std::ptrdiff_t x_stride, const float* u, std::int64_t steps,
                  bool first, float* products) {
  constexpr int kVectors = kFeatureVectors, kNr = kVectors * V::kLanes, kUnrolled = 4;
  typename V::F sum[rows][kVectors];
  unroll<rows * kVectors>([&](auto i) __attribute__((always_inline)) {
    sum[i / kVectors][i % kVectors] = V::zero();
  });
  // One pointer serves three rows: base, base + stride, base + 2 * stride are addressing modes.
  constexpr int kBases = (rows + 2) / 3;
  const float* base[kBases];
  unroll<kBases>([&](auto b) __attribute__((always_inline)) { base[b] = x + 3 * b * x_stride; });
  for (std::int64_t k = 0; k < steps; k += kUnrolled) {
    unroll<kUnrolled>([&](auto j) __attribute__((always_inline)) {
      typename V::F w[kVectors];
      unroll<kVectors>([&](auto v) __attribute__((always_inline)) {
        w[v] = V::load(u + j * kNr + v * V::kLanes);
      });
      unroll<rows>([&](auto i) __attribute__((always_inline)) {
        const auto value = V::set(base[i / 3][(i % 3) * x_stride + j]);
        unroll<kVectors>([&](auto v) __attribute__((always_inline)) {
          sum[i][v] = V::fma(value, w[v], sum[i][v]);
        });
      });
    });
    u += std::ptrdiff_t{kUnrolled} * kNr;
    unroll<kBases>([&](auto b) __attribute__((always_inline)) { base[b] += kUnrolled; });
  }
  unroll<rows * kVectors>([&](auto i) __attribute__((always_inline)) {
    float* out = products + i * V::kLanes;
    const auto total = sum[i / kVectors][i % kVectors];
    V::store(out, first ? total : V::add(V::load(out), total));
  });
}

template <class V, int rows>
void add_last_products(std::int64_t count, const float* x, std::ptrdiff_t x_stride, const float* u,
                       std::int64_t steps, bool first, float* products) {
  if constexpr (rows > 0) {
    if (count == rows) return add_products<V, rows>(x, x_stride, u, steps, first, products);
    add_last_products<V, rows - 1>(count, x, x_stride, u, steps, first, products);
  }
}

/// products[tile][kNr], tile < tiles; `inner` is a multiple of V::kLanes.
template <class V>
void multiply_point(const float* x, std::int64_t x_stride, std::int64_t tiles, const float* u,
                    std::int64_t inner, float* products) {
  constexpr std::int64_t kRows = kTileRows<V>, kNr = kFeatureVectors * V::kLanes;
  for (std::int64_t k = 0; k < inner; k += kChain) {
    const std::int64_t steps = inner - k < kChain ? inner - k : kChain;
    std::int64_t i = 0;
    for (; i + kRows <= tiles; i += kRows)
      add_products<V, kRows>(x + i * x_stride + k, x_stride, u + k * kNr, steps, k == 0,
                             products + i * kNr);
    add_last_products<V, kRows - 1>(tiles - i, x + i * x_stride + k, x_stride, u + k * kNr, steps,
                                    k == 0, products + i * kNr);
  }
}

}  // namespace
}  // namespace decibit::isa
