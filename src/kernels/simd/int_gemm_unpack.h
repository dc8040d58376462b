// SPDX-License-Identifier: Apache-2.0
// Packed codes to panels of unsigned integers with features along lanes: a dword of a lane holds
// four consecutive codes of one feature as bytes, or two as words. As in unpack.h the packed dwords
// are transposed; then the field of four (two) codes is spread, halves first, by shifts and masks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/simd/matvec_unpack.h"
#include "kernels/simd/unpack.h"

namespace decibit::isa {
namespace {

/// The two fields of kWidth bits at the bottom of each part of a dword (all of it, or `parts` of
/// its halves) to distances of kApart bits. `mask` selects the lower fields.
template <class V, int kWidth, int kApart>
[[gnu::always_inline]] inline typename V::I spread(typename V::I bits, std::uint32_t mask) {
  const auto low = V::iand(bits, V::iset(static_cast<int>(mask)));
  if constexpr (kWidth == kApart) bits = V::iand(bits, V::iset(static_cast<int>(mask << kApart)));
  if constexpr (kWidth < kApart)
    bits = V::iand(V::template shift_left<kApart - kWidth>(bits),
                   V::iset(static_cast<int>(mask << kApart)));
  return V::ior(low, bits);
}

/// Codes first, first + 1, ... of each lane's stream.
template <class V, int kBits, int kPerDword, int kFirst>
[[gnu::always_inline]] inline typename V::I spread_codes(const LaneDwords<V>& dwords,
                                                         std::int64_t first) {
  const auto bits = bits_at<V, kFirst * kBits, kPerDword * kBits>(dwords, first);
  constexpr std::uint32_t kCode = (1u << kBits) - 1, kPair = (1u << 2 * kBits) - 1;
  if constexpr (kPerDword * kBits == 32) return bits;
  if constexpr (kPerDword == 2) return spread<V, kBits, 16>(bits, kCode);
  return spread<V, kBits, 8>(spread<V, 2 * kBits, 16>(bits, kPair), kCode * 0x10001u);
}

template <class V, int kBits>
struct AffineInts {
  static constexpr int kCodeBits = kBits;
  template <int kPerDword>
  static typename V::I values(typename V::I codes) {
    return codes;
  }
};

/// e2m1 as u = 2 * value + 12: w = scale / 2 * u - 6 * scale.
template <class V>
struct E2m1Ints {
  static constexpr int kCodeBits = 4;
  template <int kPerDword>
  static typename V::I values(typename V::I codes) {
    if constexpr (kPerDword == 2)  // the upper bytes stay 0
      codes = V::ior(codes, V::iset16(0x8000));
    return V::shuffle_bytes(V::repeat16(kTwiceE2m1Plus12), codes);
  }
};

template <class V, class Codes, int kPerDword, int i, int kRun>
[[gnu::always_inline]] inline void unpack_int_run(const LaneDwords<V>& dwords, std::int64_t first,
                                                  std::int32_t* out, std::int64_t pitch) {
  if constexpr (i < kRun) {
    V::istore(out, Codes::template values<kPerDword>(
                       spread_codes<V, Codes::kCodeBits, kPerDword, i>(dwords, first)));
    unpack_int_run<V, Codes, kPerDword, i + kPerDword, kRun>(dwords, first, out + pitch, pitch);
  }
}

/// `count` codes, a multiple of kRun.
template <class V, class Codes, int kPerDword, int kRun>
void unpack_int_runs(const LaneDwords<V>& dwords, std::int64_t count, std::int32_t* out,
                     std::int64_t pitch) {
  for (std::int64_t i = 0; i < count; i += kRun)
    unpack_int_run<V, Codes, kPerDword, 0, kRun>(dwords, i * Codes::kCodeBits / 32,
                                                 out + i / kPerDword * pitch, pitch);
}

/// Where the weights of some lanes go. Scales and biases are those of integers, one vector a group.
struct IntPanel {
  std::int32_t* codes;
  float *scales, *biases;
  std::int64_t pitch;  // dwords or floats from one vector to the next
};

/// Weights [k0, k0 + count) of kLanes rows, count <= kUnpackPiece.
template <class V, int kPerDword>
void unpack_int_piece(const Weights& w, std::int64_t n, std::int64_t n_end, std::int64_t k0,
                      std::int64_t count, const IntPanel& out) {
  LaneDwords<V> dwords;
  transpose_dwords<V>(
      lane_rows<V>(w.data, w.row_bytes, n, n_end), k0 * w.bits / 8, count * w.bits / 8,
      [&](std::int64_t i, typename V::I dword) { V::istore(dwords.dwords[i], dword); });
  const std::int64_t first = k0 >> w.group_shift, groups = count >> w.group_shift;
  LaneScales<V> scales, biases;
  load_scales<V>(w, w.scales, n, n_end, first, first + groups, scales);
  const auto runs = [&](auto codes) {
    unpack_int_runs<V, decltype(codes), kPerDword, 32>(dwords, count, out.codes, out.pitch);
  };
  if (w.kind == WeightKind::kAffine) {
    load_scales<V>(w, w.biases, n, n_end, first, first + groups, biases);
    for (std::int64_t g = 0; g < groups; ++g) {
      V::store(out.scales + g * out.pitch, V::load(scales.group[g]));
      V::store(out.biases + g * out.pitch, V::load(biases.group[g]));
    }
    switch (w.bits) {
      case 1:
        return runs(AffineInts<V, 1>{});
      case 2:
        return runs(AffineInts<V, 2>{});
      case 3:
        return runs(AffineInts<V, 3>{});
      case 4:
        return runs(AffineInts<V, 4>{});
      case 5:
        return runs(AffineInts<V, 5>{});
      case 6:
        return runs(AffineInts<V, 6>{});
      default:
        return runs(AffineInts<V, 8>{});
    }
  }
  for (std::int64_t g = 0; g < groups; ++g) {
    auto scale = V::load(scales.group[g]);
    // Scale byte 0 of mx counts as 0, as in matvec.h: no sum runs on subnormals.
    scale = V::select(V::less(V::abs(scale), V::set(0x1p-126f)), V::zero(), scale);
    V::store(out.scales + g * out.pitch, V::mul(scale, V::set(0.5f)));
    V::store(out.biases + g * out.pitch, V::mul(scale, V::set(-6.0f)));
  }
  if (w.kind == WeightKind::kMxfp4) return runs(E2m1Ints<V>{});
  unpack_int_runs<V, E2m1Ints<V>, kPerDword, 16>(dwords, count, out.codes, out.pitch);
}

/// Weights [k0, k0 + count) of rows n to n + kLanes; those from n_end on are copies of row
/// n_end - 1. k0 and count are multiples of the group.
template <class V, int kPerDword>
void unpack_ints(const Weights& w, std::int64_t n, std::int64_t n_end, std::int64_t k0,
                 std::int64_t count, const IntPanel& out) {
  for (std::int64_t i = 0; i < count; i += kUnpackPiece)
    unpack_int_piece<V, kPerDword>(
        w, n, n_end, k0 + i, min_of(kUnpackPiece, count - i),
        {out.codes + i / kPerDword * out.pitch, out.scales + (i >> w.group_shift) * out.pitch,
         out.biases + (i >> w.group_shift) * out.pitch, out.pitch});
}

}  // namespace
}  // namespace decibit::isa
