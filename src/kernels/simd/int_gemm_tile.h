// SPDX-License-Identifier: Apache-2.0
// The innermost integer product: R rows of activations by NV vectors of features,
//   sums[r][v] += sum_groups sx[r][group] * s[group][v] * (sum X q + offset[r][group])
// where X and q are bytes (four channels to a dword) or words (two). Each step broadcasts a dword
// of every row and multiplies it with NV vectors of codes; R * NV integer sums stay in registers.
//
// Sums of bytes on AVX2 are of 16 bits, which hold only so many products (V::most_dots): a group
// comes in parts there, whose sums are widened and added to totals of 32 bits in the first cache.
// At the end of a group its sums are drained: a conversion, a product and an FMA for each of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"

namespace decibit::isa {
namespace {

/// Steps of the shortest part of a group.
inline constexpr int kLeastPart = 2;

struct IntTileInput {
  const std::uint8_t* x;  // codes of the tile's first row
  std::int64_t x_pitch;   // bytes to the codes of the next row of y
  const float* scales;    // of x
  std::int64_t scale_pitch;
  std::int64_t offsets;  // from `scales` to integers that sums of groups begin with; 0: none
  const std::int64_t *tap_x, *tap_scale;  // [taps]: offsets in bytes and floats
  std::int64_t taps, groups;
  std::int64_t parts, part_bytes;  // of a group: their number, bytes of x in each
  const std::int32_t* codes;       // [taps][dwords of x][NV vectors]
  const float* weight_scales;      // [taps][groups][NV vectors]
};

/// What is in memory is to be loaded again. Compilers would hold some of the float sums in
/// registers over a whole group, and spill those of integers for them.
inline void forget() { asm volatile("" ::: "memory"); }

/// Block: ByteBlock or WordBlock of matvec_integers.h. p: [R][NV vectors] of float sums, then room
/// for as many of integers.
template <class V, class Block, int R, int NV>
void add_int_tile(const IntTileInput& in, float* p) {
  constexpr bool kOnePart = V::kWideBytes || sizeof(typename Block::X) == 2;
  constexpr int kUnroll = kOnePart ? 4 : kLeastPart;
  constexpr std::int64_t kDword = 4;
  const std::int64_t x_pitch = in.x_pitch, scale_pitch = in.scale_pitch;
  const std::int64_t offsets = in.offsets;
  const std::int64_t parts = in.parts, part_bytes = in.part_bytes;
  const std::int32_t* w = in.codes;
  const float* weight_scales = in.weight_scales;
  auto* const totals = reinterpret_cast<std::int32_t*>(p + R * NV * V::kLanes);
  const auto at = [](int r, int v) { return (r * NV + v) * V::kLanes; };
  const auto each = [](auto body) __attribute__((always_inline)) {
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < NV; ++v) body(r, v);
  };

  for (std::int64_t tap = 0; tap < in.taps; ++tap) {
    const std::uint8_t* x = in.x + in.tap_x[tap];
    const float* scale = in.scales + in.tap_scale[tap];
    for (const float* const end = scale + in.groups; scale != end;
         ++scale, weight_scales += NV * V::kLanes) {
      typename V::I acc[R][NV];
      const auto step = [&](int i) __attribute__((always_inline)) {
        typename V::I codes[NV];
        for (int v = 0; v < NV; ++v) codes[v] = V::load_ints(w + (i * NV + v) * V::kLanes);
        for (int r = 0; r < R; ++r) {
          const auto dword = V::broadcast_dword(x + r * x_pitch + kDword * i);
          for (int v = 0; v < NV; ++v) {
            acc[r][v] = Block::dot(acc[r][v], codes[v], dword);
            V::keep(acc[r][v]);
          }
        }
      };
      for (std::int64_t part = 0;;) {
        each([&](int r, int v) { acc[r][v] = V::izero(); });
        const std::uint8_t* const last = x + part_bytes;
        do {  // a loop that may run no times costs compilers registers
          for (int i = 0; i < kUnroll; ++i) step(i);
          x += kDword * kUnroll;
          w += kUnroll * NV * V::kLanes;
        } while (x != last);
        forget();
        each([&](int r, int v) { acc[r][v] = Block::total(acc[r][v]); });
        if constexpr (kOnePart) break;
        if (part != 0)
          each([&](int r, int v) {
            acc[r][v] = V::iadd(acc[r][v], V::load_ints(totals + at(r, v)));
          });
        if (++part == parts) break;
        each([&](int r, int v) { V::istore(totals + at(r, v), acc[r][v]); });
      }
      if (offsets != 0)
        for (int r = 0; r < R; ++r) {
          const auto offset = V::broadcast_dword(scale + offsets + r * scale_pitch);
          for (int v = 0; v < NV; ++v) acc[r][v] = V::iadd(acc[r][v], offset);
        }
      for (int r = 0; r < R; ++r) {
        const auto of_row = V::broadcast(scale + r * scale_pitch);
        for (int v = 0; v < NV; ++v)
          V::store(p + at(r, v),
                   V::fma(V::mul(V::to_float(acc[r][v]), of_row),
                          V::load(weight_scales + v * V::kLanes), V::load(p + at(r, v))));
      }
    }
  }
}

using IntTileFunction = void (*)(const IntTileInput&, float*);

/// Tiles of 1 to kRows rows by 1 or kVectors vectors.
template <class V, class Block, int kRows, int kVectors>
struct IntTiles {
  IntTileFunction wide[kRows + 1] = {}, narrow[kRows + 1] = {};
  constexpr IntTiles() { fill<1>(); }
  template <int R>
  constexpr void fill() {
    wide[R] = add_int_tile<V, Block, R, kVectors>;
    narrow[R] = add_int_tile<V, Block, R, 1>;
    if constexpr (R < kRows) fill<R + 1>();
  }
};

}  // namespace
}  // namespace decibit::isa
