// SPDX-License-Identifier: Apache-2.0
// One, or two, rows of W times up to four rows of x:
//   y = sum over blocks of scale * (sum of vectors value * x)  +  sum over groups of bias * (sum
//   x).
// A lane's partial sum of a block belongs to one group, so scales are applied by lanes, and one
// horizontal sum ends the row. The sum of a block starts from zero: blocks are independent chains
// of FMAs, which overlap. Two rows are far apart in memory, two streams for the prefetcher; each is
// summed in the same order as alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/matvec.h"
#include "kernels/simd/matvec_input.h"
#include "kernels/simd/matvec_scales.h"
#include "kernels/simd/matvec_unpack.h"

namespace decibit::isa {
namespace {

template <int i>
struct Index {
  static constexpr int value = i;
};

template <int n, int i = 0, class Body>
[[gnu::always_inline]] inline void unroll(const Body& body) {
  if constexpr (i < n) {
    body(Index<i>{});
    unroll<n, i + 1>(body);
  }
}

constexpr std::int64_t kScaleChunk = 256;  // groups; those of 16 then are a multiple of any block
constexpr std::int64_t kPrefetch = 2048;   // bytes ahead in each row

template <class V, class B, int M, int R>
class RowProduct {
 public:
  using F = typename V::F;

  RowProduct(const Weights& w, const InputShape<V, B>& shape, const std::uint8_t* x,
             const float* x_scales, const float* sums)
      : w_(w), shape_(shape), x_(x), x_scales_(x_scales), sums_(sums) {}

  void compute(const std::int64_t (&rows)[R], float (&out)[R][M]) const {
    State s;
    for (int r = 0; r < R; ++r) {
      s.data[r] = w_.data + rows[r] * w_.row_bytes;
      for (int i = 0; i < M; ++i) s.sum[r][i] = V::zero();
    }
    if constexpr (!B::kScaled) {
      dense_blocks(s);
    } else {
      for (std::int64_t first = 0; first < shape_.groups; first += kScaleChunk) {
        const std::int64_t left = shape_.groups - first;
        const std::int64_t count = left < kScaleChunk ? left : kScaleChunk;
        for (int r = 0; r < R; ++r) begin_groups(s, r, rows[r], first, count);
        if constexpr (kByLane<B>) {
          blocks_by_lane(s, first, count);
        } else {
          blocks_by_group(s, first, count);
        }
      }
    }
    for (int r = 0; r < R; ++r)
      for (int i = 0; i < M; ++i) out[r][i] = V::reduce_add(s.sum[r][i]);
    if constexpr (B::kFp8) {
      for (int r = 0; r < R; ++r)
        if (has_nan_codes(s.data[r]))
          for (int i = 0; i < M; ++i) out[r][i] = __builtin_nanf("");
    }
  }

 private:
  struct State {
    const std::uint8_t* data[R];
    F sum[R][M];
    alignas(64) float scales[R][kScaleChunk + V::kLanes];
  };
  using Partial = typename B::Sum[R][M];

  std::int64_t row_end() const { return w_.k * w_.bits / 8; }

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

  /// Adds the products of one block. `p` are its bytes in each row.
  [[gnu::always_inline]] static void add_block(const std::uint8_t* const (&p)[R],
                                               const std::uint8_t* x, Partial& t) {
    typename B::Raw raw[R];
    for (int r = 0; r < R; ++r) raw[r] = B::load(p[r]);
    unroll<B::kVecs>([&](auto v) __attribute__((always_inline)) {
      for (int r = 0; r < R; ++r) {
        const auto value = B::template value<decltype(v)::value>(raw[r]);
        for (int i = 0; i < M; ++i)
          t[r][i] = B::dot(t[r][i], value,
                           x + static_cast<std::size_t>(decltype(v)::value * M + i) * B::kVecBytes);
      }
    });
  }
  const std::uint8_t* x_of(std::int64_t block) const {
    return x_ + static_cast<std::size_t>(block * B::kVecs * M) * B::kVecBytes;
  }
  [[gnu::always_inline]] static void clear(Partial& t) {
    for (int r = 0; r < R; ++r)
      for (int i = 0; i < M; ++i) t[r][i] = B::zero();
  }
  /// The block, from where it is, or where the row ends inside it from a copy filled up with zeros.
  [[gnu::always_inline]] void block_sum(const State& s, std::int64_t block, Partial& t) const {
    const std::uint8_t* p[R];
    for (int r = 0; r < R; ++r) {
      p[r] = s.data[r] + block * B::kBlockBytes;
      _mm_prefetch(reinterpret_cast<const char*>(p[r] + kPrefetch), _MM_HINT_T0);
    }
    add_block(p, x_of(block), t);
  }
  void last_block_sum(const State& s, std::int64_t block, Partial& t) const {
    alignas(64) std::uint8_t copies[R][B::kBlockBytes] = {};
    const std::uint8_t* p[R];
    for (int r = 0; r < R; ++r) {
      __builtin_memcpy(copies[r], s.data[r] + block * B::kBlockBytes,
                       static_cast<std::size_t>(row_end() - block * B::kBlockBytes));
      p[r] = copies[r];
    }
    add_block(p, x_of(block), t);
  }

  void dense_blocks(State& s) const {
    const std::int64_t whole = w_.k / B::kCodes;
    for (std::int64_t block = 0; block < shape_.blocks; ++block) {
      Partial t;
      clear(t);
      if (block < whole) {
        block_sum(s, block, t);
      } else {
        last_block_sum(s, block, t);
      }
      for (int r = 0; r < R; ++r)
        for (int i = 0; i < M; ++i) s.sum[r][i] = V::add(s.sum[r][i], t[r][i]);
    }
  }

  /// The partial sums as floats, in units of the scale of the weights.
  [[gnu::always_inline]] static F scaled(typename B::Sum t, F x_scale) {
    if constexpr (B::kInteger) return V::mul(V::to_float(B::total(t)), x_scale);
    (void)x_scale;
    if constexpr (!B::kInteger) return t;
  }

  void blocks_by_lane(State& s, std::int64_t first, std::int64_t count) const {
    alignas(64) std::int32_t group_of_lane[V::kLanes];
    for (int lane = 0; lane < V::kLanes; ++lane)
      group_of_lane[lane] = (lane * (B::kCodes / V::kLanes)) >> w_.group_shift;
    const auto lanes = V::load_ints(group_of_lane);
    const std::int64_t begin = (first << w_.group_shift) / B::kCodes;
    const std::int64_t codes_end = (first + count) << w_.group_shift;
    const std::int64_t end = (codes_end + B::kCodes - 1) / B::kCodes;
    const std::int64_t whole = w_.k / B::kCodes;
    for (std::int64_t block = begin; block < end; ++block) {
      Partial t;
      clear(t);
      if (block < whole) {
        block_sum(s, block, t);
      } else {
        last_block_sum(s, block, t);
      }
      const std::int64_t group = ((block * B::kCodes) >> w_.group_shift) - first;
      for (int r = 0; r < R; ++r) {
        const F scale = V::permute(V::load(s.scales[r] + group), lanes);
        for (int i = 0; i < M; ++i) {
          const F x_scale =
              B::kInteger ? V::load(x_scales_ + (block * M + i) * V::kLanes) : V::zero();
          s.sum[r][i] = V::fma(scaled(t[r][i], x_scale), scale, s.sum[r][i]);
        }
      }
    }
  }

  void blocks_by_group(State& s, std::int64_t first, std::int64_t count) const {
    const std::int64_t blocks_of_group = (std::int64_t{1} << w_.group_shift) / B::kCodes;
    std::int64_t block = first * blocks_of_group;
    for (std::int64_t g = 0; g < count; ++g) {
      Partial t;
      clear(t);
      for (const std::int64_t end = block + blocks_of_group; block < end; ++block)
        block_sum(s, block, t);
      for (int r = 0; r < R; ++r) {
        const F scale = V::broadcast(s.scales[r] + g);
        for (int i = 0; i < M; ++i) {
          const F x_scale = B::kInteger ? V::broadcast(x_scales_ + (first + g) * M + i) : V::zero();
          s.sum[r][i] = V::fma(scaled(t[r][i], x_scale), scale, s.sum[r][i]);
        }
      }
    }
  }

  /// e4m3 codes 0x7F and 0xFF are NaN, whatever x is.
  bool has_nan_codes(const std::uint8_t* data) const {
    for (std::int64_t i = 0; i < w_.k; ++i)
      if ((data[i] & 0x7F) == 0x7F) return true;
    return false;
  }

  const Weights& w_;
  const InputShape<V, B>& shape_;
  const std::uint8_t* x_;
  const float* x_scales_;
  const float* sums_;
};

}  // namespace
}  // namespace decibit::isa
