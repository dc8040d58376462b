// SPDX-License-Identifier: Apache-2.0
// Two rows of W times up to five rows of x:
//   y = sum over blocks of scale * (sum of vectors value * x)  +  sum over groups of bias * (sum
//   x).
// A lane's partial sum of a block belongs to one group, so scales are applied by lanes, and one
// horizontal sum ends the row. The sum of a block starts from zero: blocks are independent chains
// of FMAs, which overlap. Two rows are far apart in memory, two streams for the prefetcher; a
// single row is computed twice instead of by code of its own.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/matvec.h"
#include "kernels/simd/matvec_input.h"
#include "kernels/simd/matvec_scales.h"
#include "kernels/simd/matvec_unpack.h"
#include "kernels/simd/unroll.h"

namespace decibit::isa {
namespace {

constexpr std::int64_t kScaleChunk = 256;  // groups; those of 16 then are a multiple of any block
constexpr std::int64_t kPrefetch = 2048;   // bytes ahead in each row
constexpr int kPair = 2;

template <class V, class B, int M>
class RowProduct {
 public:
  using F = typename V::F;

  RowProduct(const Weights& w, const InputShape<V, B>& shape, const std::uint8_t* x,
             const float* x_scales, const float* sums)
      : w_(w), shape_(shape), x_(x), x_scales_(x_scales), sums_(sums) {}

  /// out[r][i] is the product of row rows[r] of W, and row i of x.
  void compute(const std::int64_t (&rows)[kPair], float (&out)[kPair][M]) const {
    State s;
    for (int r = 0; r < kPair; ++r) {
      s.data[r] = w_.data + rows[r] * w_.row_bytes;
      if constexpr (B::kFp8) s.seen[r] = typename B::Seen{};
      for (int i = 0; i < M; ++i) s.sum[r][i] = V::zero();
    }
    if constexpr (!B::kScaled) {
      dense_blocks(s);
    } else {
      for (std::int64_t first = 0; first < shape_.groups; first += kScaleChunk) {
        const std::int64_t left = shape_.groups - first;
        const std::int64_t count = left < kScaleChunk ? left : kScaleChunk;
        for (int r = 0; r < kPair; ++r) begin_groups(s, r, rows[r], first, count);
        if constexpr (kByLane<B>) {
          blocks_by_lane(s, first, count);
        } else {
          blocks_by_group(s, first, count);
        }
      }
    }
    for (int r = 0; r < kPair; ++r)
      for (int i = 0; i < M; ++i) {
        out[r][i] = V::reduce_add(s.sum[r][i]);
        if constexpr (B::kFp8)
          if (B::nan_seen(s.seen[r])) out[r][i] = __builtin_nanf("");
      }
  }

 private:
  struct State {
    const std::uint8_t* data[kPair];
    F sum[kPair][M];
    typename B::Seen seen[kPair];
    alignas(64) float scales[kPair][kScaleChunk + V::kLanes];
  };
  using Sums = F[kPair][M];
  using Partial = typename B::Sum[kPair][M];

  static void copy(const Sums& from, Sums& to) {
    for (int r = 0; r < kPair; ++r)
      for (int i = 0; i < M; ++i) to[r][i] = from[r][i];
  }

  void begin_groups(State& s, int r, std::int64_t row, std::int64_t first,
                    std::int64_t count) const {
    load_scales<V>(w_, row, first, count, s.scales[r]);
    // What a block at the end of the row reads behind the last group meets zeros of x, but must be
    // a number.
    V::store(s.scales[r] + (count + V::kLanes - 1) / V::kLanes * V::kLanes, V::zero());
    alignas(64) float biases[kScaleChunk];
    if (w_.kind == WeightKind::kAffine) {
      load_biases<V>(w_, row, first, count, biases);
    } else if constexpr (B::kBiasOfScale != 0) {
      for (std::int64_t g = 0; g < count; g += V::kLanes)
        V::store(biases + g, V::mul(V::load(s.scales[r] + g), V::set(B::kBiasOfScale)));
    } else {
      return;
    }
    for (std::int64_t g = 0; g < count; g += V::kLanes)
      for (int i = 0; i < M; ++i)
        s.sum[r][i] = V::fma(V::load(biases + g),
                             V::load(sums_ + i * shape_.padded_groups + first + g), s.sum[r][i]);
  }

  [[gnu::always_inline]] static void clear(Partial& t) {
    for (int r = 0; r < kPair; ++r)
      for (int i = 0; i < M; ++i) t[r][i] = B::zero();
  }

  /// Adds the products of a block of each row, from where it is, or, where the rows end inside it,
  /// from copies filled up with zeros.
  [[gnu::always_inline]] void add_block(State& s, std::int64_t block, Partial& t) const {
    alignas(64) std::uint8_t copies[kPair][B::kBlockBytes];
    const std::uint8_t* p[kPair];
    for (int r = 0; r < kPair; ++r) p[r] = s.data[r] + block * B::kBlockBytes;
    if (kRaggedEnd<B> && block == shape_.whole_blocks) [[unlikely]] {
      const std::int64_t left = w_.k * w_.bits / 8 - block * B::kBlockBytes;
      for (int r = 0; r < kPair; ++r) {
        __builtin_memset(copies[r], 0, B::kBlockBytes);
        __builtin_memcpy(copies[r], p[r], static_cast<std::size_t>(left));
        p[r] = copies[r];
      }
    } else {
      for (int r = 0; r < kPair; ++r)
        for (int line = 0; line < B::kBlockBytes; line += 64)
          _mm_prefetch(reinterpret_cast<const char*>(p[r] + line + kPrefetch), _MM_HINT_T0);
    }
    typename B::Raw raw[kPair];
    for (int r = 0; r < kPair; ++r) {
      raw[r] = B::load(p[r]);
      if constexpr (B::kFp8) s.seen[r] = B::note(s.seen[r], raw[r]);
    }
    const std::uint8_t* x = x_ + static_cast<std::size_t>(block * B::kVecs * M) * B::kVecBytes;
    unroll<B::kVecs>([&](auto v) __attribute__((always_inline)) {
      constexpr int kV = decltype(v)::value;
      typename B::Sum value[kPair];
      for (int r = 0; r < kPair; ++r) value[r] = B::template value<kV>(raw[r]);
      for (int i = 0; i < M; ++i) {
        auto xi = B::load_x(x + static_cast<std::size_t>(kV * M + i) * B::kVecBytes);
        if constexpr (M > 1) V::keep(xi);
        for (int r = 0; r < kPair; ++r) t[r][i] = B::dot(t[r][i], value[r], xi);
      }
    });
  }

  void dense_blocks(State& s) const {
    Sums sum;
    copy(s.sum, sum);
    for (std::int64_t block = 0; block < shape_.blocks; ++block) {
      Partial t;
      clear(t);
      add_block(s, block, t);
      for (int r = 0; r < kPair; ++r)
        for (int i = 0; i < M; ++i) sum[r][i] = V::add(sum[r][i], t[r][i]);
    }
    copy(sum, s.sum);
  }

  /// The partial sums as floats, in units of the scale of the weights.
  [[gnu::always_inline]] static F scaled(typename B::Sum t, F x_scale) {
    if constexpr (B::kInteger) {
      return V::mul(V::to_float(B::total(t)), x_scale);
    } else {
      return t;
    }
  }

  void blocks_by_lane(State& s, std::int64_t first, std::int64_t count) const {
    const auto lanes = V::load_ints(shape_.group_of_lane);
    const std::int64_t begin = (first << w_.group_shift) / B::kCodes;
    const std::int64_t codes_end = (first + count) << w_.group_shift;
    const std::int64_t end = (codes_end + B::kCodes - 1) / B::kCodes;
    Sums sum;
    copy(s.sum, sum);
    for (std::int64_t block = begin; block < end; ++block) {
      Partial t;
      clear(t);
      add_block(s, block, t);
      const std::int64_t group = ((block * B::kCodes) >> w_.group_shift) - first;
      for (int r = 0; r < kPair; ++r) {
        const F scale = V::permute(V::load(s.scales[r] + group), lanes);
        for (int i = 0; i < M; ++i) {
          const F x_scale =
              B::kInteger ? V::load(x_scales_ + (block * M + i) * V::kLanes) : V::zero();
          sum[r][i] = V::fma(scaled(t[r][i], x_scale), scale, sum[r][i]);
        }
      }
    }
    copy(sum, s.sum);
  }

  void blocks_by_group(State& s, std::int64_t first, std::int64_t count) const {
    const std::int64_t blocks_of_group = (std::int64_t{1} << w_.group_shift) / B::kCodes;
    std::int64_t block = first * blocks_of_group;
    Sums sum;
    copy(s.sum, sum);
    for (std::int64_t g = 0; g < count; ++g) {
      Partial t;
      clear(t);
      for (const std::int64_t end = block + blocks_of_group; block < end; ++block)
        add_block(s, block, t);
      for (int r = 0; r < kPair; ++r) {
        const F scale = V::broadcast(s.scales[r] + g);
        for (int i = 0; i < M; ++i) {
          const F x_scale = B::kInteger ? V::broadcast(x_scales_ + (first + g) * M + i) : V::zero();
          sum[r][i] = V::fma(scaled(t[r][i], x_scale), scale, sum[r][i]);
        }
      }
    }
    copy(sum, s.sum);
  }

  const Weights& w_;
  const InputShape<V, B>& shape_;
  const std::uint8_t* x_;
  const float* x_scales_;
  const float* sums_;
};

}  // namespace
}  // namespace decibit::isa
