// SPDX-License-Identifier: Apache-2.0
// The innermost product: R rows of activations by NV vectors of features,
//   acc[r][v] += sum_tap sum_c a[tap_offset[tap] + r * t_pitch + c] * panel[tap][c][v]
// or, of packed activations, a[c * kPackedRows + r] for the first term.
// The R * NV sums stay in registers from the first tap to the last: they must be enough to hide the
// latency of an FMA (4 cycles, 2 a cycle: 8 chains) and leave room for the NV weights and one
// activation. 6 x 2 of 16 registers (AVX2), 12 x 2 of 32 (AVX-512): each step of c is NV loads and
// R broadcasts for R * NV products, so that load ports idle while FMA ports do not.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"
#include "kernels/simd/lanes.h"

namespace decibit::isa {
namespace {

/// Where the activations and weights of a tile lie.
struct TileInput {
  const float* a;                  // of the tile's first row
  std::int64_t t_pitch;            // packed: from one tile to the next
  const std::int64_t* tap_offset;  // [taps]
  std::int64_t taps, channels;
  const float* panel;  // [taps][channels][NV vectors]
};

/// Where its sums begin and end: y (accumulated), bias, or both.
struct TileOutput {
  float* y;
  std::int64_t y_stride;
  std::int64_t features;  // <= NV * kLanes; others are not touched
  const float* bias;      // NV vectors, or null: sums begin with 0
  bool add;               // sums begin with y
};

template <class V, int NV>
typename V::F load_features(const TileOutput& out, const float* p, int v) {
  if (out.features == NV * V::kLanes) return V::load(p + v * V::kLanes);
  const std::int64_t left = out.features - v * V::kLanes;
  return V::load_first(p + v * V::kLanes, left < V::kLanes ? left : V::kLanes);
}

template <class V, int NV>
void store_features(const TileOutput& out, float* p, int v, typename V::F a) {
  if (out.features == NV * V::kLanes) return V::store(p + v * V::kLanes, a);
  const std::int64_t left = out.features - v * V::kLanes;
  V::store_first(p + v * V::kLanes, a, left < V::kLanes ? left : V::kLanes);
}

/// NV vectors of features of which the last has at least one. kPackedRows: 0, or the rows of a tile
/// of packed activations, whose addresses are then one register and constants.
template <class V, int R, int NV, int kPackedRows>
void multiply_tile(const TileInput& in, const TileOutput& out) {
  typename V::F acc[R][NV];
  for (int v = 0; v < NV; ++v) {
    const auto bias = out.bias == nullptr ? V::zero() : V::load(out.bias + v * V::kLanes);
    for (int r = 0; r < R; ++r) acc[r][v] = bias;
  }
  if (out.add)
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < NV; ++v)
        acc[r][v] = V::add(acc[r][v], load_features<V, NV>(out, out.y + r * out.y_stride, v));

  const float* w = in.panel;
  for (std::int64_t tap = 0; tap < in.taps; ++tap) {
    constexpr std::int64_t kStep = kPackedRows == 0 ? 1 : kPackedRows;
    const float* a = in.a + in.tap_offset[tap];
    const float* const end = a + in.channels * kStep;
    const auto step = [&](int c) __attribute__((always_inline)) {
      typename V::F weights[NV];
      for (int v = 0; v < NV; ++v) weights[v] = V::load(w + (c * NV + v) * V::kLanes);
      for (int r = 0; r < R; ++r) {
        const auto x = V::set(kPackedRows == 0 ? a[r * in.t_pitch + c] : a[c * kStep + r]);
        for (int v = 0; v < NV; ++v) acc[r][v] = V::fma(x, weights[v], acc[r][v]);
      }
    };
    for (; end - a >= 4 * kStep; a += 4 * kStep, w += 4 * NV * V::kLanes) {
      step(0);
      step(1);
      step(2);
      step(3);
    }
    for (; a != end; a += kStep, w += NV * V::kLanes) step(0);
  }

  for (int r = 0; r < R; ++r)
    for (int v = 0; v < NV; ++v) store_features<V, NV>(out, out.y + r * out.y_stride, v, acc[r][v]);
}

using TileFunction = void (*)(const TileInput&, const TileOutput&);

/// Tiles of 1 to kRows rows by 1 or kVectors vectors, packed or not.
template <class V, int kRows, int kVectors, bool kPacked = false>
struct Tiles {
  TileFunction wide[kRows + 1] = {}, narrow[kRows + 1] = {};
  constexpr Tiles() { fill<1>(); }
  static constexpr int kPackedRows = kPacked ? kRows : 0;
  template <int R>
  constexpr void fill() {
    wide[R] = multiply_tile<V, R, kVectors, kPackedRows>;
    narrow[R] = multiply_tile<V, R, 1, kPackedRows>;
    if constexpr (R < kRows) fill<R + 1>();
  }

  /// Any number of rows by one panel: packed ones in the tiles they were packed in, others in tiles
  /// of nearly equal height.
  void multiply(TileInput in, TileOutput out, std::int64_t rows) const {
    const std::int64_t tiles = (rows + kRows - 1) / kRows;
    const auto& functions = out.features > V::kLanes ? wide : narrow;
    const float* const a = in.a;
    float* const y = out.y;
    for (std::int64_t i = 0; i < tiles; ++i) {
      const std::int64_t first = kPacked ? kRows * i : rows * i / tiles;
      const std::int64_t last = kPacked ? min_of(rows, first + kRows) : rows * (i + 1) / tiles;
      in.a = a + (kPacked ? i : first) * in.t_pitch;
      out.y = y + first * out.y_stride;
      functions[last - first](in, out);
    }
  }
};

}  // namespace
}  // namespace decibit::isa
