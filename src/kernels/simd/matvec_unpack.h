// SPDX-License-Identifier: Apache-2.0
// Packed codes to vectors, one type a layout. A block is what one load brings; value<v>() gives
// vector v of it, whose lane l is code index(v, l) of the block over factor(v, l): the activations
// are put in that order, times that factor.
//
// Codes in dwords are not shifted down: masked in place they are code << position, converted to
// float that is code * 2^position, and x carries 2^-position. That leaves AND, convert and FMA for
// each vector of weights. The topmost code of a dword is shifted instead, which needs no mask and
// keeps the integer positive.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"

namespace decibit::isa {
namespace {

constexpr float power_of_two(int exponent) {
  float x = 1;
  for (; exponent < 0; ++exponent) x *= 0.5f;
  return x;
}

/// What all have in common: float vectors, one lane a code.
template <class V>
struct FloatBlock {
  using X = float;
  using Sum = typename V::F;
  struct Seen {};
  static constexpr bool kScaled = true, kInteger = false, kFp8 = false;
  static constexpr float kBiasOfScale = 0;  // fp modes: w = scale * value + kBiasOfScale * scale
  static constexpr std::size_t kVecBytes = V::kBytes;
  static Sum zero() { return V::zero(); }
  static Sum load_x(const std::uint8_t* x) { return V::load_f32(x); }
  static Sum dot(Sum sum, Sum value, Sum x) { return V::fma(value, x, sum); }
};

/// Codes of 1, 2, 4 or 8 bits: dword l holds codes l * kVecs + v. Eight masks serve all widths:
/// dwords of narrow codes are shifted down after each eight of them.
template <class V, int kBits>
struct DwordFields : FloatBlock<V> {
  using Raw = typename V::I;
  static constexpr int kVecs = 32 / kBits;
  static constexpr int kCodes = kVecs * V::kLanes;
  static constexpr int kBlockBytes = 4 * V::kLanes;

  static constexpr int shift(int v) { return v / 8 * 8 * kBits; }
  static constexpr bool top(int v) { return v % 8 * kBits + kBits == 32; }
  static constexpr int index(int v, int lane) { return lane * kVecs + v; }
  static constexpr float factor(int v, int) {
    return top(v) ? 1.0f : power_of_two(-(v % 8 * kBits));
  }
  static Raw load(const std::uint8_t* p) { return V::load_raw(p); }
  template <int v>
  static typename V::F value(Raw raw) {
    if constexpr (top(v)) return V::to_float(V::template shift_right<32 - kBits>(raw));
    if constexpr (shift(v) != 0) raw = V::template shift_right<shift(v)>(raw);
    return V::to_float(V::iand(raw, V::iset(((1 << kBits) - 1) << v % 8 * kBits)));
  }
};

// Byte indices that bring bytes [start(d), start(d) + 3) of its 128-bit lane to dword d.
template <class V, int kBits, int kCodesOfDword>
struct DwordShuffle {
  static constexpr int kBytesOfLane = 4 * kCodesOfDword * kBits / 8;
  alignas(64) std::uint8_t index[16 * V::kParts];
  constexpr DwordShuffle() : index() {
    for (int part = 0; part < V::kParts; ++part)
      for (int d = 0; d < 4; ++d)
        for (int i = 0; i < 4; ++i)
          index[16 * part + 4 * d + i] =
              static_cast<std::uint8_t>(i == 3 ? 0x80
                                               : V::template part_start<kBytesOfLane>(part) +
                                                     d * kCodesOfDword * kBits / 8 + i);
  }
};
template <class V, int kBits, int kCodesOfDword>
inline constexpr DwordShuffle<V, kBits, kCodesOfDword> kDwordShuffle;

/// Codes of 3, 5 or 6 bits: 24 bits that hold eight (3) or four codes come to each dword by one
/// byte shuffle. Four 5-bit codes are 20 bits, so they begin at bit 4 of every other dword.
template <class V, int kBits>
struct SpreadFields : FloatBlock<V> {
  using Raw = typename V::I;
  static constexpr int kVecs = kBits == 3 ? 8 : 4;
  static constexpr int kCodes = kVecs * V::kLanes;
  static constexpr int kBlockBytes = kCodes * kBits / 8;

  static constexpr int position(int v, int lane) {
    return kBits * v + (kBits == 5 && lane % 2 == 1 ? 4 : 0);
  }
  static constexpr int index(int v, int lane) { return lane * kVecs + v; }
  static constexpr float factor(int v, int lane) { return power_of_two(-position(v, lane)); }
  static Raw load(const std::uint8_t* p) {
    return V::shuffle_bytes(V::template load_parts<kBlockBytes / V::kParts>(p),
                            V::load_ints(kDwordShuffle<V, kBits, kVecs>.index));
  }
  template <int v>
  static typename V::F value(Raw raw) {
    constexpr int kMask = (1 << kBits) - 1;
    if constexpr (kBits == 5) {
      const auto mask = V::pair64(kMask << position(v, 0), kMask << position(v, 1));
      return V::to_float(V::iand(raw, mask));
    } else {
      return V::to_float(V::iand(raw, V::iset(kMask << position(v, 0))));
    }
  }
};

// 2 * e2m1 + 12 by code.
alignas(16) inline constexpr std::uint8_t kTwiceE2m1Plus12[16] = {12, 13, 14, 15, 16, 18, 20, 24,
                                                                  12, 11, 10, 9,  8,  6,  4,  0};

/// Sixteen e2m1 codes in each qword to bytes 2 * value + 12: low nibbles, high nibbles.
template <class V>
struct Fp4Bytes {
  typename V::I low, high;
  static Fp4Bytes load(const std::uint8_t* p) {
    const auto table = V::repeat16(kTwiceE2m1Plus12);
    const auto nibble = V::iset8(15);
    const auto raw = V::load_raw(p);
    return {V::shuffle_bytes(table, V::iand(raw, nibble)),
            V::shuffle_bytes(table, V::iand(V::template shift_right16<4>(raw), nibble))};
  }
};

/// e2m1: w = scale * (u / 2) - 6 * scale with u = 2 * value + 12, an 8-bit code.
template <class V>
struct Fp4Fields : FloatBlock<V> {
  using Raw = Fp4Bytes<V>;
  static constexpr float kBiasOfScale = -6;
  static constexpr int kVecs = 8;
  static constexpr int kCodes = kVecs * V::kLanes;
  static constexpr int kBlockBytes = 4 * V::kLanes;

  static constexpr int index(int v, int lane) { return lane * kVecs + v; }
  static constexpr float factor(int v, int) {
    return v / 2 == 3 ? 0.5f : power_of_two(-8 * (v / 2) - 1);
  }
  static Raw load(const std::uint8_t* p) { return Raw::load(p); }
  template <int v>
  static typename V::F value(const Raw& raw) {
    const auto bytes = v % 2 == 0 ? raw.low : raw.high;
    if constexpr (v / 2 == 3) return V::to_float(V::template shift_right<24>(bytes));
    return V::to_float(V::iand(bytes, V::iset(255 << v / 2 * 8)));
  }
};

/// e4m3, by way of f16; x carries 2^8.
template <class V>
struct Fp8Halves : FloatBlock<V> {
  using Raw = typename V::Fp8;
  using Seen = decltype(Raw::codes);  // the largest magnitudes of codes so far
  static constexpr bool kFp8 = true;
  static constexpr int kVecs = V::kFp8Vecs;
  static constexpr int kCodes = 32;
  static constexpr int kBlockBytes = 32;

  static constexpr int index(int v, int lane) { return V::fp8_index(v, lane); }
  static constexpr float factor(int, int) { return 256; }
  static Raw load(const std::uint8_t* p) { return V::load_fp8(p); }
  static Seen note(Seen seen, const Raw& raw) { return V::largest_magnitudes(seen, raw.codes); }
  static bool nan_seen(Seen seen) { return V::any_byte_is(seen, 0x7F); }
  template <int v>
  static typename V::F value(const Raw& raw) {
    return V::template fp8_value<v>(raw);
  }
};

/// Dense elements, 64 to a block; the two BF16 of a dword are its halves.
template <class V, Element e>
struct DenseBlock : FloatBlock<V> {
  using Raw = const std::uint8_t*;
  static constexpr bool kScaled = false;
  static constexpr int kCodes = 64;
  static constexpr int kVecs = kCodes / V::kLanes;
  static constexpr int kBlockBytes = kCodes * (e == Element::kF32 ? 4 : 2);

  static constexpr int index(int v, int lane) {
    return e == Element::kBF16 ? v / 2 * 2 * V::kLanes + 2 * lane + v % 2 : v * V::kLanes + lane;
  }
  static constexpr float factor(int, int) { return 1; }
  static Raw load(const std::uint8_t* p) { return p; }
  template <int v>
  static typename V::F value(Raw p) {
    if constexpr (e == Element::kF32) {
      return V::load_f32(p + v * V::kLanes * 4);
    } else if constexpr (e == Element::kF16) {
      return V::load_f16(p + v * V::kLanes * 2);
    } else {
      const auto pairs = V::load_raw(p + v / 2 * V::kLanes * 4);
      if constexpr (v % 2 == 0) return V::floats(V::template shift_left<16>(pairs));
      return V::floats(V::iand(pairs, V::iset(static_cast<int>(0xFFFF0000u))));
    }
  }
};

}  // namespace
}  // namespace decibit::isa
