// SPDX-License-Identifier: Apache-2.0
// Weights of any kind to panels of floats with features along lanes:
//   out[i * pitch + lane] = W[n + lane, k0 + i]
// The packed dwords are transposed, not the weights: after that a lane holds one row's stream of
// codes, every code of it sits at an offset known when compiling, and a vector of kLanes weights
// costs a shift, an AND, a conversion and one FMA with the lanes' own scales and biases.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/simd/fp_codes.h"
#include "kernels/weights.h"

namespace decibit::isa {
namespace {

/// Weights are unpacked in pieces of so many; the largest group. Four dwords or a multiple for
/// codes of any width.
inline constexpr std::int64_t kUnpackPiece = 128;
inline constexpr int kMostUnpackGroups = 8;  // of 16 weights
inline constexpr int kMostUnpackDwords = kUnpackPiece * 16 / 32;

template <class V>
struct LaneRows {
  const std::uint8_t* row[V::kLanes];
};

/// Rows n, n + 1, ... for the lanes; those from n_end on get the last row again.
template <class V>
LaneRows<V> lane_rows(const std::uint8_t* data, std::int64_t row_bytes, std::int64_t n,
                      std::int64_t n_end) {
  LaneRows<V> rows;
  for (std::int64_t lane = 0; lane < V::kLanes; ++lane)
    rows.row[lane] = data + (n + lane < n_end ? n + lane : n_end - 1) * row_bytes;
  return rows;
}

/// `bytes` bytes of each row from `offset` on, as dwords: dword j of row r to lane r of
/// out[j * pitch]. The last dwords are zero-filled to a multiple of four in `put`'s eyes; nothing
/// past `bytes` is read.
template <class V, class Put>
void transpose_dwords(const LaneRows<V>& rows, std::int64_t offset, std::int64_t bytes, Put put) {
  typename V::I four[4];
  std::int64_t i = 0;
  for (; i + 16 <= bytes; i += 16) {
    V::load_transposed4(rows.row, offset + i, four);
    for (int j = 0; j < 4; ++j) put(i / 4 + j, four[j]);
  }
  if (i == bytes) return;
  std::uint8_t ends[V::kLanes][16] = {};
  LaneRows<V> copies;
  for (int lane = 0; lane < V::kLanes; ++lane) {
    __builtin_memcpy(ends[lane], rows.row[lane] + offset + i, static_cast<std::size_t>(bytes - i));
    copies.row[lane] = ends[lane];
  }
  V::load_transposed4(copies.row, 0, four);
  for (std::int64_t j = 0; i + 4 * j < bytes; ++j) put(i / 4 + j, four[j]);
}

template <class V>
struct LaneDwords {
  alignas(64) std::int32_t dwords[kMostUnpackDwords][V::kLanes];
  typename V::I load(std::int64_t i) const {
    return V::bits(V::load(reinterpret_cast<const float*>(dwords[i])));
  }
};

/// Scales or biases of the lanes, one vector a group.
template <class V>
struct LaneScales {
  alignas(64) float group[kMostUnpackGroups][V::kLanes];
};

template <class V, class T, class Convert>
void gather_scales(const LaneRows<V>& rows, std::int64_t first, std::int64_t last,
                   LaneScales<V>& out, Convert convert) {
  alignas(64) std::uint8_t raw[kMostUnpackGroups][V::kLanes * sizeof(T)];
  for (int lane = 0; lane < V::kLanes; ++lane)
    for (std::int64_t g = first; g < last; ++g)
      __builtin_memcpy(raw[g - first] + static_cast<std::size_t>(lane) * sizeof(T),
                       rows.row[lane] + static_cast<std::size_t>(g) * sizeof(T), sizeof(T));
  for (std::int64_t g = 0; g < last - first; ++g) V::store(out.group[g], convert(raw[g]));
}

/// Groups [first, last) of the lanes' rows.
template <class V>
void load_scales(const Weights& w, const std::uint8_t* data, std::int64_t n, std::int64_t n_end,
                 std::int64_t first, std::int64_t last, LaneScales<V>& out) {
  const LaneRows<V> rows = lane_rows<V>(data, w.scale_row_bytes, n, n_end);
  if (w.kind == WeightKind::kNvfp4)
    return gather_scales<V, std::uint8_t>(rows, first, last, out, [](const std::uint8_t* p) {
      return e4m3_value<V>(V::load_bytes(p));
    });
  if (w.kind != WeightKind::kAffine)
    return gather_scales<V, std::uint8_t>(rows, first, last, out, [](const std::uint8_t* p) {
      return e8m0_value<V>(V::load_bytes(p));
    });
  if (w.scale == Element::kF32)
    return gather_scales<V, float>(rows, first, last, out,
                                   [](const std::uint8_t* p) { return V::load_f32(p); });
  if (w.scale == Element::kF16)
    return gather_scales<V, std::uint16_t>(rows, first, last, out,
                                           [](const std::uint8_t* p) { return V::load_f16(p); });
  gather_scales<V, std::uint16_t>(rows, first, last, out, [](const std::uint8_t* p) {
    return V::floats(V::template shift_left<16>(V::load_u16(p)));
  });
}

// ---- values of codes

template <class V, int kBits>
struct AffineCodes {
  static constexpr int kCodeBits = kBits;
  static typename V::F weight(typename V::I code, typename V::F scale, typename V::F bias) {
    return V::fma(V::to_float(code), scale, bias);
  }
};

template <class V>
struct E2m1Codes {
  static constexpr int kCodeBits = 4;
  static typename V::F weight(typename V::I code, typename V::F scale, typename V::F) {
    return V::mul(e2m1_value<V>(code), scale);
  }
};

template <class V>
struct E4m3Codes {
  static constexpr int kCodeBits = 8;
  static typename V::F weight(typename V::I code, typename V::F scale, typename V::F) {
    return V::mul(e4m3_value<V>(code), scale);
  }
};

/// Bits [kAt, kAt + kWidth) of each lane's stream, which begins with dwords[first]; what is above
/// them is left of the dword.
template <class V, int kAt, int kWidth>
[[gnu::always_inline]] inline typename V::I bits_at(const LaneDwords<V>& dwords,
                                                    std::int64_t first) {
  constexpr int kDword = kAt / 32, kShift = kAt % 32;
  typename V::I bits = dwords.load(first + kDword);
  if constexpr (kShift != 0) bits = V::template shift_right<kShift>(bits);
  if constexpr (kShift + kWidth > 32)
    bits = V::ior(bits, V::template shift_left<32 - kShift>(dwords.load(first + kDword + 1)));
  return bits;
}

/// Code i of it.
template <class V, int kBits, int i>
[[gnu::always_inline]] inline typename V::I code(const LaneDwords<V>& dwords, std::int64_t first) {
  const typename V::I bits = bits_at<V, i * kBits, kBits>(dwords, first);
  if constexpr (i * kBits % 32 + kBits == 32) return bits;
  return V::iand(bits, V::iset((1 << kBits) - 1));
}

template <class V, class Codes, int i, int kRun>
[[gnu::always_inline]] inline void unpack_run(const LaneDwords<V>& dwords, std::int64_t first,
                                              typename V::F scale, typename V::F bias, float* out,
                                              std::int64_t pitch) {
  if constexpr (i < kRun) {
    V::store(out + i * pitch,
             Codes::weight(code<V, Codes::kCodeBits, i>(dwords, first), scale, bias));
    unpack_run<V, Codes, i + 1, kRun>(dwords, first, scale, bias, out, pitch);
  }
}

/// `count` weights in runs of kRun, which share a group and end with a dword.
template <class V, class Codes, int kRun>
void unpack_runs(const LaneDwords<V>& dwords, std::int64_t k0, std::int64_t count, int group_shift,
                 const LaneScales<V>& scales, const LaneScales<V>& biases, float* out,
                 std::int64_t pitch) {
  const std::int64_t first_group = k0 >> group_shift;
  for (std::int64_t i = 0; i < count; i += kRun) {
    const std::int64_t g = ((k0 + i) >> group_shift) - first_group;
    unpack_run<V, Codes, 0, kRun>(dwords, i * Codes::kCodeBits / 32, V::load(scales.group[g]),
                                  V::load(biases.group[g]), out + i * pitch, pitch);
  }
}

/// Quantized weights [k0, k0 + count) of kLanes rows, count <= kUnpackPiece.
template <class V>
void unpack_codes(const Weights& w, std::int64_t n, std::int64_t n_end, std::int64_t k0,
                  std::int64_t count, float* out, std::int64_t pitch) {
  LaneDwords<V> dwords;
  transpose_dwords<V>(
      lane_rows<V>(w.data, w.row_bytes, n, n_end), k0 * w.bits / 8, count * w.bits / 8,
      [&](std::int64_t i, typename V::I dword) { V::istore(dwords.dwords[i], dword); });
  const std::int64_t first = k0 >> w.group_shift, last = ((k0 + count - 1) >> w.group_shift) + 1;
  LaneScales<V> scales, biases;
  load_scales<V>(w, w.scales, n, n_end, first, last, scales);
  const auto runs = [&](auto codes) {
    unpack_runs<V, decltype(codes), 32>(dwords, k0, count, w.group_shift, scales, biases, out,
                                        pitch);
  };
  if (w.kind == WeightKind::kAffine) {
    load_scales<V>(w, w.biases, n, n_end, first, last, biases);
    switch (w.bits) {
      case 1:
        return runs(AffineCodes<V, 1>{});
      case 2:
        return runs(AffineCodes<V, 2>{});
      case 3:
        return runs(AffineCodes<V, 3>{});
      case 4:
        return runs(AffineCodes<V, 4>{});
      case 5:
        return runs(AffineCodes<V, 5>{});
      case 6:
        return runs(AffineCodes<V, 6>{});
      default:
        return runs(AffineCodes<V, 8>{});
    }
  }
  // The fp modes have no biases; their vectors are loaded, and ignored.
  for (auto& group : biases.group) V::store(group, V::zero());
  if (w.kind == WeightKind::kMxfp8) return runs(E4m3Codes<V>{});
  if (w.kind == WeightKind::kMxfp4) return runs(E2m1Codes<V>{});
  unpack_runs<V, E2m1Codes<V>, 16>(dwords, k0, count, w.group_shift, scales, biases, out, pitch);
}

/// F32, F16 or BF16 elements [k0, k0 + count) of kLanes rows, any count.
template <class V>
void transpose_elements(WeightKind kind, const LaneRows<V>& rows, std::int64_t k0,
                        std::int64_t count, float* out, std::int64_t pitch) {
  using I = typename V::I;
  if (kind == WeightKind::kF32)
    return transpose_dwords<V>(rows, 4 * k0, 4 * count, [&](std::int64_t i, I dword) {
      V::store(out + i * pitch, V::floats(dword));
    });
  const auto pairs = [&](auto widen) {
    transpose_dwords<V>(rows, 2 * k0, 2 * count, [&](std::int64_t i, I pair) {
      typename V::F low, high;
      widen(pair, &low, &high);
      V::store(out + 2 * i * pitch, low);
      if (2 * i + 1 < count) V::store(out + (2 * i + 1) * pitch, high);
    });
  };
  if (kind == WeightKind::kF16)
    return pairs(
        [](I pair, typename V::F* low, typename V::F* high) { V::f16_halves(pair, low, high); });
  pairs([](I pair, typename V::F* low, typename V::F* high) {
    *low = V::floats(V::template shift_left<16>(pair));
    *high = V::floats(V::iand(pair, V::iset(static_cast<int>(0xFFFF0000u))));
  });
}

/// out[i * pitch + lane] = W[n + lane, k0 + i] for i < count. Lanes whose row is n_end or beyond
/// get copies of row n_end - 1. Quantized: k0 and count are multiples of 32 (nvfp4: of 16).
template <class V>
void unpack(const Weights& w, std::int64_t n, std::int64_t n_end, std::int64_t k0,
            std::int64_t count, float* out, std::int64_t pitch) {
  if (w.dense())
    return transpose_elements<V>(w.kind, lane_rows<V>(w.data, w.row_bytes, n, n_end), k0, count,
                                 out, pitch);
  for (std::int64_t i = 0; i < count; i += kUnpackPiece) {
    const std::int64_t piece = count - i < kUnpackPiece ? count - i : kUnpackPiece;
    unpack_codes<V>(w, n, n_end, k0 + i, piece, out + i * pitch, pitch);
  }
}

}  // namespace
}  // namespace decibit::isa
