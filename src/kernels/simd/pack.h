// SPDX-License-Identifier: Apache-2.0
// Packs 32 codes of 1 to 8 bits into a little-endian bit stream, one way for all widths b. Needs
// AVX2, which every x86 table has.
//
//   bytes   c0 c1 ... c7            8 codes in a 64-bit lane
//   16 bit  c0 + c1 << b            multiply-add with (1, 2^b)
//   32 bit  pair + pair << 2b       multiply-add with (1, 2^2b)
//   64 bit  quad | quad << 4b       8b bits, so b whole bytes at the bottom of each lane
//   shuffle the b bytes of two lanes together
// A factor of 2^b must fit a signed byte and one of 2^2b a signed 16-bit word: b <= 6; 8-bit codes
// are bytes already.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace decibit::isa {
namespace {

class Packer {
 public:
  /// Packs into [out, out + size); codes come in blocks of 32, the last one may be 16.
  Packer(int bits, std::uint8_t* out, std::int64_t size)
      : bits_(bits), next_(out), end_(out + size) {
    if (bits == 8) return;
    pair_ = _mm256_set1_epi16(static_cast<short>(1 | 1 << (8 + bits)));
    quad_ = _mm256_set1_epi32(1 | 1 << (16 + 2 * bits));
    half_ = _mm_cvtsi32_si128(4 * bits);
    alignas(16) std::uint8_t order[16];
    for (int i = 0; i < 16; ++i)
      order[i] = static_cast<std::uint8_t>(i < bits ? i : i < 2 * bits ? 8 + i - bits : 0x80);
    order_ = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(order)));
  }

  void write(__m256i codes, int count) {
    const std::int64_t size = count * bits_ / 8;
    if (bits_ == 8) {
      __builtin_memcpy(next_, &codes, static_cast<std::size_t>(size));
    } else {
      const __m256i packed = pack(codes);
      // Two stores of 16 bytes, of which 2 * bits_ count. They may spill over into what is written
      // next, but not over the end of the row: there, another thread's row begins.
      if (end_ - next_ >= 2 * bits_ + 16) {
        store_lanes(next_, packed);
      } else {
        std::uint8_t buffer[32];
        store_lanes(buffer, packed);
        __builtin_memcpy(next_, buffer, static_cast<std::size_t>(size));
      }
    }
    next_ += size;
  }

 private:
  __m256i pack(__m256i codes) const {
    const __m256i pairs = _mm256_maddubs_epi16(codes, pair_);
    const __m256i quads = _mm256_madd_epi16(pairs, quad_);
    const __m256i low = _mm256_and_si256(quads, _mm256_set1_epi64x(0xFFFFFFFF));
    const __m256i high = _mm256_sll_epi64(_mm256_srli_epi64(quads, 32), half_);
    return _mm256_shuffle_epi8(_mm256_or_si256(low, high), order_);
  }

  void store_lanes(std::uint8_t* out, __m256i packed) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(packed));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + std::ptrdiff_t{2} * bits_),
                     _mm256_extracti128_si256(packed, 1));
  }

  int bits_;
  std::uint8_t* next_;
  std::uint8_t* end_;
  __m256i pair_ = {}, quad_ = {}, order_ = {};  // not used for 8 bits
  __m128i half_ = {};
};

}  // namespace
}  // namespace decibit::isa
