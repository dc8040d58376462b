// SPDX-License-Identifier: Apache-2.0
// The recurrent weights of an LSTM as its steps read them, from end to end:
//   [block of kLanes units][k][gate i, f, g, o][lane]
// so that the four gates of a unit are finished in the same lane of four registers. Elements are as
// wide as those of the matrix: at hidden 256, 16 bits are 512 KiB, which leaves room in a second
// cache of 1 MiB, and half the time where the cache does not hold them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/simd/lanes.h"
#include "kernels/simd/unpack.h"
#include "kernels/weights.h"

namespace decibit::isa {
namespace {

// How the four gates of one k and one block are stored. load() must be exact.

template <class V>
struct F32Gates {
  static constexpr std::int64_t kBytes = 4 * std::int64_t{V::kBytes};
  static void store(std::uint8_t* p, const typename V::F (&w)[4]) {
    for (std::size_t g = 0; g < 4; ++g) V::store_f32(p + g * V::kBytes, w[g]);
  }
  [[gnu::always_inline]] static void load(const std::uint8_t* p, typename V::F (&w)[4]) {
    for (std::size_t g = 0; g < 4; ++g) w[g] = V::load_f32(p + g * V::kBytes);
  }
};

template <class V>
struct F16Gates {
  static constexpr std::int64_t kBytes = 2 * std::int64_t{V::kBytes};
  static void store(std::uint8_t* p, const typename V::F (&w)[4]) {
    for (std::size_t g = 0; g < 4; ++g) V::store_u16(p + g * V::kBytes / 2, V::to_f16_bits(w[g]));
  }
  [[gnu::always_inline]] static void load(const std::uint8_t* p, typename V::F (&w)[4]) {
    for (std::size_t g = 0; g < 4; ++g) w[g] = V::load_f16(p + g * V::kBytes / 2);
  }
};

/// Two gates share a vector, one in the low halves of its dwords and one in the high halves: they
/// widen with one shift and one AND, no shuffle.
template <class V>
struct BF16Gates {
  static constexpr std::int64_t kBytes = 2 * std::int64_t{V::kBytes};
  static void store(std::uint8_t* p, const typename V::F (&w)[4]) {
    for (std::size_t g = 0; g < 4; g += 2)
      V::store_f32(
          p + g / 2 * V::kBytes,
          V::floats(V::ior(V::template shift_right<16>(V::bits(w[g])), V::bits(w[g + 1]))));
  }
  [[gnu::always_inline]] static void load(const std::uint8_t* p, typename V::F (&w)[4]) {
    for (std::size_t g = 0; g < 4; g += 2) {
      const auto pair = V::bits(V::load_f32(p + g / 2 * V::kBytes));
      w[g] = V::floats(V::template shift_left<16>(pair));
      w[g + 1] = V::floats(V::iand(pair, V::iset(static_cast<int>(0xFFFF0000u))));
    }
  }
};

/// Calls visit with the way in which weights like `w` are stored.
template <class V, class Visit>
auto visit_gates(WeightKind kind, Visit visit) {
  if (kind == WeightKind::kF16) return visit(F16Gates<V>{});
  if (kind == WeightKind::kBF16) return visit(BF16Gates<V>{});
  return visit(F32Gates<V>{});
}

template <class V>
std::size_t lstm_unpacked_bytes(const Weights& wh) {
  return visit_gates<V>(wh.kind, [&](auto gates) {
    return static_cast<std::size_t>(ceil_div(wh.k, V::kLanes) * wh.k * gates.kBytes);
  });
}

/// Lanes beyond the last unit get its weights.
template <class V>
void lstm_unpack(const Weights& wh, void* unpacked) {
  constexpr std::int64_t kPitch = 4 * V::kLanes;
  alignas(64) float piece[kUnpackPiece * kPitch];
  auto* out = static_cast<std::uint8_t*>(unpacked);
  const std::int64_t hidden = wh.k;
  visit_gates<V>(wh.kind, [&](auto gates) {
    for (std::int64_t unit = 0; unit < hidden; unit += V::kLanes) {
      for (std::int64_t k0 = 0; k0 < hidden; k0 += kUnpackPiece) {
        const std::int64_t count = min_of(kUnpackPiece, hidden - k0);
        for (std::int64_t g = 0; g < 4; ++g)
          unpack<V>(wh, g * hidden + unit, (g + 1) * hidden, k0, count, piece + g * V::kLanes,
                    kPitch);
        for (std::int64_t i = 0; i < count; ++i, out += gates.kBytes) {
          const float* from = piece + i * kPitch;
          gates.store(out, {V::load(from), V::load(from + V::kLanes), V::load(from + 2 * V::kLanes),
                            V::load(from + 3 * V::kLanes)});
        }
      }
    }
  });
}

}  // namespace
}  // namespace decibit::isa
