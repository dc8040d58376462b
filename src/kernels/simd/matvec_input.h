// SPDX-License-Identifier: Apache-2.0
// A prepared input of m rows, for one layout of weights (a block type B of matvec_unpack.h or
// matvec_integers.h). Rows go in passes of up to five, which is a beam search of Whisper,
// M = 5, 5, ..., rest:
//   x       [pass][block][vector of the block][M][lanes], 0 beyond the end of the row
//   scales  integers only: of the activations, by the lane of a block [pass][block][M][lanes], or
//           where a block lies in one group [pass][group][M]
//   sums    [m][groups, padded to a vector]: of the activations of a group
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/matvec.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/fit_groups.h"

namespace decibit::isa {
namespace {

constexpr std::int64_t kPassRows = 5;

/// Whether the lanes of one block may belong to several groups; the smallest group of narrower
/// blocks is a multiple of them.
template <class B>
inline constexpr bool kByLane = B::kScaled&& B::kCodes > 32;

/// Whether a row may end inside a block.
template <class B>
inline constexpr bool kRaggedEnd = kByLane<B> || !B::kScaled;

template <class V, class B>
struct InputShape {
  std::int64_t whole_blocks, blocks, groups, padded_groups;
  std::size_t x_row, scale_row, sum_row;  // bytes
  /// The group of each lane's codes, counted from that of the first.
  alignas(64) std::int32_t group_of_lane[V::kLanes];

  explicit InputShape(const Weights& w)
      : whole_blocks(w.k / B::kCodes),
        blocks((w.k + B::kCodes - 1) / B::kCodes),
        groups(B::kScaled ? w.k >> w.group_shift : 0),
        padded_groups((groups + V::kLanes - 1) / V::kLanes * V::kLanes),
        x_row(static_cast<std::size_t>(blocks) * B::kVecs * B::kVecBytes),
        scale_row(0),
        sum_row(static_cast<std::size_t>(padded_groups) * 4) {
    for (int lane = 0; lane < V::kLanes; ++lane)
      group_of_lane[lane] = (lane * (B::kCodes / V::kLanes)) >> w.group_shift;
    if (!B::kInteger) return;
    scale_row = static_cast<std::size_t>(kByLane<B> ? blocks * V::kLanes : padded_groups) * 4;
  }
  std::size_t sums_at(std::int64_t m) const {
    return static_cast<std::size_t>(m) * (x_row + scale_row);
  }
  std::size_t scales_at(std::int64_t m) const { return static_cast<std::size_t>(m) * x_row; }
  /// Integers: room for the scales of one row and their inverses, used while preparing.
  std::size_t scratch_at(std::int64_t m) const {
    return sums_at(m) + static_cast<std::size_t>(m) * sum_row;
  }
  std::size_t bytes(std::int64_t m) const {
    return scratch_at(m) + (B::kInteger ? 2 * sum_row : 0);
  }
};

// Where the codes of a block go, and their factors, as tables: index() and factor() are for the
// compiler.
template <class B>
struct Order {
  static constexpr int kPerVec = static_cast<int>(B::kVecBytes / sizeof(typename B::X));
  std::int16_t index[B::kVecs * kPerVec];
  float factor[B::kVecs * kPerVec];
  constexpr Order() : index(), factor() {
    for (int v = 0; v < B::kVecs; ++v)
      for (int i = 0; i < kPerVec; ++i) {
        index[v * kPerVec + i] = static_cast<std::int16_t>(B::index(v, i));
        if constexpr (!B::kInteger) factor[v * kPerVec + i] = B::factor(v, i);
      }
  }
};
template <class B>
inline constexpr Order<B> kOrder;

template <class V, class B>
void prepare_row(const Weights& w, const InputShape<V, B>& shape, const float* x,
                 std::int64_t pass_rows, std::uint8_t* out_x, float* out_scales, float* sums,
                 float largest_code, float* scratch) {
  using X = typename B::X;
  constexpr int kPerVec = static_cast<int>(B::kVecBytes / sizeof(X));
  const std::int64_t group = std::int64_t{1} << w.group_shift;
  for (std::int64_t g = 0; g < shape.padded_groups; ++g) sums[g] = 0;
  float* scales = scratch;
  float* inverses = scratch + shape.padded_groups;
  if constexpr (B::kInteger) fit_groups<V>(x, shape.groups, group, largest_code, scales, inverses);

  for (std::int64_t block = 0; block < shape.blocks; ++block) {
    const std::int64_t k0 = block * B::kCodes;
    const std::int64_t count = w.k - k0 < B::kCodes ? w.k - k0 : B::kCodes;
    alignas(64) float values[B::kCodes] = {};
    if constexpr (B::kInteger) {  // groups, and so counts, are multiples of the lanes
      for (std::int64_t i = 0; i < count; i += V::kLanes) {
        // An infinity times the inverse 0 is NaN, of which no integer may come.
        const std::int64_t g = (k0 + i) >> w.group_shift;
        if (inverses[g] == 0) continue;
        V::store(values + i, V::round_even(V::mul(V::load(x + k0 + i), V::set(inverses[g]))));
      }
    } else {
      __builtin_memcpy(values, x + k0, static_cast<std::size_t>(count) * 4);
    }
    if constexpr (B::kScaled)
      for (std::int64_t i = 0; i < count; i += V::kLanes)
        sums[(k0 + i) >> w.group_shift] += V::reduce_add(V::load(values + i));

    for (int v = 0; v < B::kVecs; ++v) {
      const std::int64_t vec_at = (block * B::kVecs + v) * pass_rows;
      auto* vec = reinterpret_cast<X*>(out_x + static_cast<std::size_t>(vec_at) * B::kVecBytes);
      for (int i = 0; i < kPerVec; ++i) {
        const int from = kOrder<B>.index[v * kPerVec + i];
        if constexpr (B::kInteger) {
          vec[i] = static_cast<X>(values[from]);
        } else {
          vec[i] = values[from] * kOrder<B>.factor[v * kPerVec + i];
        }
      }
    }
    if constexpr (B::kInteger && kByLane<B>)
      for (int lane = 0; lane < V::kLanes; ++lane) {
        const std::int64_t k = k0 + lane * (B::kCodes / V::kLanes);
        out_scales[block * pass_rows * V::kLanes + lane] =
            k < w.k ? scales[k >> w.group_shift] * B::kInputFactor : 0;
      }
  }
  if constexpr (B::kInteger) {
    for (std::int64_t g = 0; g < shape.groups; ++g) {
      sums[g] *= scales[g];
      if constexpr (!kByLane<B>) out_scales[g * pass_rows] = scales[g] * B::kInputFactor;
    }
  }
}

template <class V, class B>
void prepare_input(const Weights& w, const float* x, std::int64_t x_stride, std::int64_t m,
                   float largest_code, void* out) {
  const InputShape<V, B> shape(w);
  auto* bytes = static_cast<std::uint8_t*>(out);
  auto* sums = reinterpret_cast<float*>(bytes + shape.sums_at(m));
  auto* scratch = reinterpret_cast<float*>(bytes + shape.scratch_at(m));
  for (std::int64_t first = 0; first < m; first += kPassRows) {
    const std::int64_t rows = m - first < kPassRows ? m - first : kPassRows;
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::size_t before = static_cast<std::size_t>(first);
      std::uint8_t* out_x =
          bytes + before * shape.x_row + static_cast<std::size_t>(i) * B::kVecBytes;
      auto* out_scales =
          reinterpret_cast<float*>(bytes + shape.scales_at(m) + before * shape.scale_row) +
          i * (kByLane<B> ? V::kLanes : 1);
      prepare_row<V, B>(w, shape, x + (first + i) * x_stride, rows, out_x, out_scales,
                        sums + (first + i) * shape.padded_groups, largest_code, scratch);
    }
  }
}

}  // namespace
}  // namespace decibit::isa
