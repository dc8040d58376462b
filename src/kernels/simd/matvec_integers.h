// SPDX-License-Identifier: Apache-2.0
// Packed codes to vectors of unsigned integers, for products with integer activations (the terms
// are those of matvec_unpack.h). Words times int16 activations, bytes times int8 ones; either way a
// dword of the sum is of the codes that its dword of packed codes held.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/simd/matvec_unpack.h"

namespace decibit::isa {
namespace {

template <class V>
struct WordBlock {
  using X = std::int16_t;
  using Sum = typename V::I;
  struct Seen {};
  static constexpr bool kScaled = true, kInteger = true, kFp8 = false;
  static constexpr float kBiasOfScale = 0;
  static constexpr float kInputFactor = 1;  // of the scale of x
  static constexpr std::size_t kVecBytes = V::kBytes;
  static Sum zero() { return V::izero(); }
  static Sum load_x(const std::uint8_t* x) { return V::load_ints(x); }
  static Sum dot(Sum sum, Sum codes, Sum x) { return V::dot_words(sum, codes, x); }
  static Sum total(Sum sum) { return sum; }
};

template <class V>
struct ByteBlock : WordBlock<V> {
  using X = std::int8_t;
  using Sum = typename V::I;
  static Sum dot(Sum sum, Sum codes, Sum x) { return V::dot_bytes(sum, codes, x); }
  static Sum total(Sum sum) { return V::total_bytes(sum); }
};

/// Codes of 1, 2, 4 or 8 bits to words: word i holds codes i * kVecs + v.
template <class V, int kBits>
struct WordFields : WordBlock<V> {
  using Raw = typename V::I;
  static constexpr int kVecs = 16 / kBits;
  static constexpr int kCodes = kVecs * 2 * V::kLanes;
  static constexpr int kBlockBytes = 4 * V::kLanes;

  static constexpr int index(int v, int word) { return word * kVecs + v; }
  static Raw load(const std::uint8_t* p) { return V::load_raw(p); }
  template <int v>
  static typename V::I value(Raw raw) {
    if constexpr (v > 0) raw = V::template shift_right16<kBits * v>(raw);
    if constexpr (v + 1 < kVecs) raw = V::iand(raw, V::iset16((1 << kBits) - 1));
    return raw;
  }
};

/// The same to bytes.
template <class V, int kBits>
struct ByteFields : ByteBlock<V> {
  using Raw = typename V::I;
  static constexpr int kVecs = 8 / kBits;
  static constexpr int kCodes = kVecs * 4 * V::kLanes;
  static constexpr int kBlockBytes = 4 * V::kLanes;

  static constexpr int index(int v, int byte) { return byte * kVecs + v; }
  static Raw load(const std::uint8_t* p) { return V::load_raw(p); }
  template <int v>
  static typename V::I value(Raw raw) {
    if constexpr (v > 0) raw = V::template shift_right16<kBits * v>(raw);
    if constexpr (kBits < 8) raw = V::iand(raw, V::iset8((1 << kBits) - 1));
    return raw;
  }
};

// Byte indices that bring the two bytes with code 8 * v + i of its 128-bit lane to word i.
template <class V, int kBits>
struct WordShuffle {
  static constexpr int kVecs = kBits == 3 ? 4 : 2;
  static constexpr int kBytesOfLane = kVecs * kBits;
  alignas(64) std::uint8_t index[kVecs][16 * V::kParts];
  constexpr WordShuffle() : index() {
    for (int v = 0; v < kVecs; ++v)
      for (int part = 0; part < V::kParts; ++part)
        for (int i = 0; i < 8; ++i) {
          const int byte = V::template part_start<kBytesOfLane>(part) + kBits * v + kBits * i / 8;
          const bool two = kBits * i % 8 + kBits > 8;
          index[v][16 * part + 2 * i] = static_cast<std::uint8_t>(byte);
          index[v][16 * part + 2 * i + 1] = static_cast<std::uint8_t>(two ? byte + 1 : 0x80);
        }
  }
};
template <class V, int kBits>
inline constexpr WordShuffle<V, kBits> kWordShuffle;

/// Codes of 3, 5 or 6 bits: eight to each 128-bit lane of words, by a byte shuffle.
template <class V, int kBits>
struct SpreadWords : WordBlock<V> {
  using Raw = typename V::I;
  static constexpr int kVecs = WordShuffle<V, kBits>::kVecs;
  static constexpr int kCodes = kVecs * 2 * V::kLanes;
  static constexpr int kBlockBytes = kCodes * kBits / 8;

  static constexpr int index(int v, int word) { return word / 8 * 8 * kVecs + 8 * v + word % 8; }
  static Raw load(const std::uint8_t* p) {
    return V::template load_parts<kBlockBytes / V::kParts>(p);
  }
  template <int v>
  static typename V::I value(Raw raw) {
    return V::template word_fields<kBits>(
        V::shuffle_bytes(raw, V::load_ints(kWordShuffle<V, kBits>.index[v])));
  }
};

/// e2m1 as u = 2 * value + 12, to words.
template <class V>
struct Fp4Words : WordFields<V, 4> {
  using Raw = Fp4Bytes<V>;
  static constexpr float kBiasOfScale = -6;
  static constexpr float kInputFactor = 0.5f;

  static Raw load(const std::uint8_t* p) { return Raw::load(p); }
  template <int v>
  static typename V::I value(const Raw& raw) {
    const auto bytes = v % 2 == 0 ? raw.low : raw.high;
    if constexpr (v / 2 == 0) return V::iand(bytes, V::iset16(255));
    return V::template shift_right16<8>(bytes);
  }
};

/// The same to bytes.
template <class V>
struct Fp4ByteFields : ByteFields<V, 4> {
  using Raw = Fp4Bytes<V>;
  static constexpr float kBiasOfScale = -6;
  static constexpr float kInputFactor = 0.5f;

  static Raw load(const std::uint8_t* p) { return Raw::load(p); }
  template <int v>
  static typename V::I value(const Raw& raw) {
    return v == 0 ? raw.low : raw.high;
  }
};

}  // namespace
}  // namespace decibit::isa
