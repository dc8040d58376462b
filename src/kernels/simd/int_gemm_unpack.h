// SPDX-License-Identifier: Apache-2.0
// Packed codes to panels of unsigned integers with features along lanes: a dword of a lane holds
// four consecutive codes of one feature as bytes, or two as words. As in unpack.h the packed dwords
// are transposed; then the field of four (two) codes is spread, halves first, by shifts and masks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/simd/fp_codes.h"
#include "kernels/simd/lanes.h"
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

/// e2m1 as q = 2 * value + 12: w = scale / 2 * (q - 12).
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

/// Scales, or biases, of groups [first, first + count): out[g * pitch + lane]. Those of affine
/// weights are a dense matrix of their own; the bytes of the others come four to a dword.
template <class V>
void unpack_scales(const Weights& w, const std::uint8_t* data, std::int64_t n, std::int64_t n_end,
                   std::int64_t first, std::int64_t count, float* out, std::int64_t pitch) {
  if (w.kind == WeightKind::kAffine) {
    const WeightKind kind = w.scale == Element::kF32   ? WeightKind::kF32
                            : w.scale == Element::kF16 ? WeightKind::kF16
                                                       : WeightKind::kBF16;
    return transpose_elements<V>(kind, lane_rows<V>(data, w.scale_row_bytes, n, n_end), first,
                                 count, out, pitch);
  }
  const auto put = [&](std::int64_t g, typename V::I dword) {
    if (g >= count) return;
    const auto byte = V::iand(dword, V::iset(255));
    V::store(out + g * pitch,
             w.kind == WeightKind::kNvfp4 ? e4m3_value<V>(byte) : e8m0_value<V>(byte));
  };
  transpose_dwords<V>(lane_rows<V>(data, w.scale_row_bytes, n, n_end), first, count,
                      [&](std::int64_t i, typename V::I dword) {
                        put(4 * i, dword);
                        put(4 * i + 1, V::template shift_right<8>(dword));
                        put(4 * i + 2, V::template shift_right<16>(dword));
                        put(4 * i + 3, V::template shift_right<24>(dword));
                      });
}

/// Where the weights of some lanes go. Scales and biases are those of integers, one vector a group;
/// the 4-bit floats have no biases.
struct IntPanel {
  std::int32_t* codes;
  float *scales, *biases;
  std::int64_t pitch;  // dwords or floats from one vector to the next
};

/// Codes [k0, k0 + count) of kLanes rows, count <= kUnpackPiece.
template <class V, int kPerDword>
void unpack_int_piece(const Weights& w, std::int64_t n, std::int64_t n_end, std::int64_t k0,
                      std::int64_t count, std::int32_t* out, std::int64_t pitch) {
  LaneDwords<V> dwords;
  transpose_dwords<V>(
      lane_rows<V>(w.data, w.row_bytes, n, n_end), k0 * w.bits / 8, count * w.bits / 8,
      [&](std::int64_t i, typename V::I dword) { V::istore(dwords.dwords[i], dword); });
  const auto runs = [&](auto codes) {
    unpack_int_runs<V, decltype(codes), kPerDword, 32>(dwords, count, out, pitch);
  };
  if (w.kind == WeightKind::kNvfp4)
    return unpack_int_runs<V, E2m1Ints<V>, kPerDword, 16>(dwords, count, out, pitch);
  if (w.kind == WeightKind::kMxfp4) return runs(E2m1Ints<V>{});
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

/// Weights [k0, k0 + count) of rows n to n + kLanes; those from n_end on are copies of row
/// n_end - 1. k0 and count are multiples of the group.
template <class V, int kPerDword>
void unpack_ints(const Weights& w, std::int64_t n, std::int64_t n_end, std::int64_t k0,
                 std::int64_t count, const IntPanel& out) {
  for (std::int64_t i = 0; i < count; i += kUnpackPiece)
    unpack_int_piece<V, kPerDword>(w, n, n_end, k0 + i, min_of(kUnpackPiece, count - i),
                                   out.codes + i / kPerDword * out.pitch, out.pitch);
  const std::int64_t first = k0 >> w.group_shift, groups = count >> w.group_shift;
  unpack_scales<V>(w, w.scales, n, n_end, first, groups, out.scales, out.pitch);
  if (w.kind == WeightKind::kAffine)
    return unpack_scales<V>(w, w.biases, n, n_end, first, groups, out.biases, out.pitch);
  for (std::int64_t g = 0; g < groups * out.pitch; g += out.pitch) {
    // Scale byte 0 of mx counts as 0, as in matvec.h: no sum runs on subnormals.
    const auto scale = V::load(out.scales + g);
    V::store(out.scales + g, V::select(V::less(V::abs(scale), V::set(0x1p-126f)), V::zero(),
                                       V::mul(scale, V::set(0.5f))));
  }
}

}  // namespace
}  // namespace decibit::isa
