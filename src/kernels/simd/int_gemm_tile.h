// SPDX-License-Identifier: Apache-2.0
// The innermost integer product: R rows of activations by NV vectors of features,
//   sums[r][v] += sum_groups sx[r][group] * s[group][v] * (sum X q)
// where X and q are bytes (four channels to a dword) or words (two). Each step broadcasts a dword
// of every row and multiplies it with NV vectors of codes; R * NV integer sums stay in registers.
//
// A group is drained in `parts`: sums of bytes on AVX2 are of 16 bits, which hold only so many
// products (V::most_dots). Draining is a conversion, a product and an FMA for each sum and part.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"

namespace decibit::isa {
namespace {

struct IntTileInput {
  const std::uint8_t* x;  // codes of the tile's first row
  std::int64_t x_pitch;   // bytes to the codes of the next row of y
  const float* scales;    // of x
  std::int64_t scale_pitch;
  const std::int64_t *tap_x, *tap_scale;  // [taps]: offsets in bytes and floats
  std::int64_t taps, groups;
  std::int64_t parts, part_bytes;  // of a group; the bytes of x are a multiple of 16
  const std::int32_t* codes;       // [taps][dwords of x][NV vectors]
  const float* weight_scales;      // [taps][groups][NV vectors]
};

/// Float sums that stay in registers: for tiles that leave as many free as they use.
template <class V, int R, int NV>
class RegisterSums {
 public:
  explicit RegisterSums(const float* p) {
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < NV; ++v) sums_[r][v] = V::load(p + (r * NV + v) * V::kLanes);
  }
  static void begin() {}
  void add(float*, int r, int v, typename V::F a, typename V::F b) {
    sums_[r][v] = V::fma(a, b, sums_[r][v]);
  }
  void store(float* p) const {
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < NV; ++v) V::store(p + (r * NV + v) * V::kLanes, sums_[r][v]);
  }

 private:
  typename V::F sums_[R][NV];
};

/// Float sums in the first cache.
template <class V, int R, int NV>
class CachedSums {
 public:
  explicit CachedSums(const float*) {}
  /// Compilers would hold some of the sums in registers, and spill those of integers for them.
  static void begin() { asm volatile("" ::: "memory"); }
  void add(float* p, int r, int v, typename V::F a, typename V::F b) {
    p += (r * NV + v) * V::kLanes;
    V::store(p, V::fma(a, b, V::load(p)));
  }
  void store(float*) const {}
};

/// Block: ByteBlock or WordBlock of matvec_integers.h. sums: [R][NV vectors].
template <class V, class Block, int R, int NV, template <class, int, int> class Sums>
void add_int_tile(const IntTileInput& in, float* p) {
  constexpr bool kOnePart = V::kWideBytes || sizeof(typename Block::X) == 2;
  Sums<V, R, NV> sums(p);
  const std::int64_t x_pitch = in.x_pitch, scale_pitch = in.scale_pitch;
  const std::int64_t parts = in.parts, part_bytes = in.part_bytes;
  const std::int32_t* w = in.codes;
  const float* weight_scales = in.weight_scales;
  for (std::int64_t tap = 0; tap < in.taps; ++tap) {
    const std::uint8_t* x = in.x + in.tap_x[tap];
    const float* scale = in.scales + in.tap_scale[tap];
    for (const float* const end = scale + in.groups; scale != end;
         ++scale, weight_scales += NV * V::kLanes) {
      std::int64_t part = 0;
      do {  // a loop that may run no times costs compilers registers
        typename V::I acc[R][NV];
        for (int r = 0; r < R; ++r)
          for (int v = 0; v < NV; ++v) acc[r][v] = V::izero();
        const auto step = [&](int i) __attribute__((always_inline)) {
          typename V::I codes[NV];
          for (int v = 0; v < NV; ++v) codes[v] = V::load_ints(w + (i * NV + v) * V::kLanes);
          for (int r = 0; r < R; ++r) {
            const auto four = V::broadcast_dword(x + r * x_pitch + 4 * i);
            for (int v = 0; v < NV; ++v) {
              acc[r][v] = Block::dot(acc[r][v], codes[v], four);
              V::keep(acc[r][v]);
            }
          }
        };
        const std::uint8_t* const last = x + part_bytes;
        do {
          step(0);
          step(1);
          step(2);
          step(3);
          x += 16;
          w += 4 * NV * V::kLanes;
        } while (x != last);
        sums.begin();
        for (int r = 0; r < R; ++r) {
          const auto of_row = V::broadcast(scale + r * scale_pitch);
          for (int v = 0; v < NV; ++v)
            sums.add(p, r, v, V::mul(V::to_float(Block::total(acc[r][v])), of_row),
                     V::load(weight_scales + v * V::kLanes));
        }
      } while (!kOnePart && ++part < parts);
    }
  }
  sums.store(p);
}

using IntTileFunction = void (*)(const IntTileInput&, float*);

/// Tiles of 1 to kRows rows by 1 or kVectors vectors.
template <class V, class Block, int kRows, int kVectors, template <class, int, int> class Sums>
struct IntTiles {
  IntTileFunction wide[kRows + 1] = {}, narrow[kRows + 1] = {};
  constexpr IntTiles() { fill<1>(); }
  template <int R>
  constexpr void fill() {
    wide[R] = add_int_tile<V, Block, R, kVectors, Sums>;
    narrow[R] = add_int_tile<V, Block, R, 1, Sums>;
    if constexpr (R < kRows) fill<R + 1>();
  }
};

}  // namespace
}  // namespace decibit::isa
