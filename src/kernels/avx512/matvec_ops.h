// SPDX-License-Identifier: Apache-2.0
// What simd/matvec*.h and simd/int_gemm*.h need of AVX-512 beside vec.h: packed codes to dwords and
// words, integer dot products (VNNI), scales to lanes.
#pragma once

#include "kernels/avx512/vec.h"

namespace decibit::isa {
namespace {

struct MatvecOps : Vec {
  static F permute(F a, I lanes) { return _mm512_permutexvar_ps(lanes, a); }
  static I load_ints(const void* p) { return _mm512_loadu_si512(p); }
  static I load_raw(const std::uint8_t* p) { return _mm512_loadu_si512(p); }
  static F broadcast(const float* p) { return _mm512_set1_ps(*p); }
  static I broadcast_dword(const void* p) {
    std::int32_t dword;
    __builtin_memcpy(&dword, p, sizeof(dword));
    return iset(dword);
  }
  /// Makes compilers hold a value in a register that they would load again for each use.
  template <class R>
  static void keep(R& a) {
    asm("" : "+v"(a));
  }
  static I shuffle_bytes(I a, I index) { return _mm512_shuffle_epi8(a, index); }
  static I iset8(int x) { return _mm512_set1_epi8(static_cast<char>(x)); }
  static I iset16(int x) { return _mm512_set1_epi16(static_cast<short>(x)); }
  /// Even and odd dwords.
  static I pair64(int even, int odd) {
    return _mm512_set1_epi64((static_cast<long long>(odd) << 32) | even);
  }
  template <int n>
  static I shift_right16(I a) {
    return _mm512_srli_epi16(a, n);
  }
  /// Sixteen bytes in each 128-bit lane.
  static I repeat16(const std::uint8_t* p) {
    return _mm512_broadcast_i32x4(_mm_load_si128(reinterpret_cast<const __m128i*>(p)));
  }

  /// The lowest byte of each lane.
  static void store_low_bytes(std::int8_t* p, I a) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(a));
  }

  /// `kBytesOfLane` bytes, 10 or 12, for each 128-bit lane, at its start. Reads four times as many.
  static constexpr int kParts = 4;
  template <int kBytesOfLane>
  static I load_parts(const std::uint8_t* p) {
    if constexpr (kBytesOfLane == 12) {
      const I lanes = _mm512_setr_epi32(0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11);
      return _mm512_permutexvar_epi32(lanes, _mm512_maskz_loadu_epi32(0x0FFF, p));
    } else {
      static_assert(kBytesOfLane == 10);
      alignas(64) static constexpr std::int16_t kWords[32] = {
          0,  1,  2,  3,  4,  4,  4,  4,  5,  6,  7,  8,  9,  9,  9,  9,
          10, 11, 12, 13, 14, 14, 14, 14, 15, 16, 17, 18, 19, 19, 19, 19};
      return _mm512_permutexvar_epi16(load_ints(kWords), _mm512_maskz_loadu_epi32(0x03FF, p));
    }
  }
  /// Where the bytes of 128-bit lane `part` begin in load_parts().
  template <int kBytesOfLane>
  static constexpr int part_start(int) {
    return 0;
  }

  // e4m3 as f16: sign, four exponent bits and three of the mantissa at the top of a word make
  // value * 2^-8, subnormals included; NaN codes become numbers and are looked for apart.
  static constexpr int kFp8Vecs = 2;
  struct Fp8 {
    __m256i codes;
    I words;
  };
  static Fp8 load_fp8(const std::uint8_t* p) {
    const __m256i codes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    const I words = _mm512_slli_epi16(_mm512_cvtepu8_epi16(codes), 8);
    return {codes, iand(_mm512_srai_epi16(words, 1), iset16(0xBFFF))};
  }
  template <int v>
  static F fp8_value(const Fp8& a) {
    return _mm512_cvtph_ps(v == 0 ? _mm512_castsi512_si256(a.words)
                                  : _mm512_extracti64x4_epi64(a.words, 1));
  }
  static constexpr int fp8_index(int v, int lane) { return 16 * v + lane; }
  static __m256i largest_magnitudes(__m256i seen, __m256i codes) {
    return _mm256_max_epu8(seen, _mm256_and_si256(codes, _mm256_set1_epi8(0x7F)));
  }
  static bool any_byte_is(__m256i a, int x) {
    return _mm256_cmpeq_epi8_mask(a, _mm256_set1_epi8(static_cast<char>(x))) != 0;
  }
  /// The scales of nvfp4, kLanes of them.
  static F e4m3_scales(const std::uint8_t* p) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    __m256i words = _mm256_srai_epi16(_mm256_slli_epi16(_mm256_cvtepu8_epi16(bytes), 8), 1);
    words = _mm256_and_si256(words, _mm256_set1_epi16(static_cast<short>(0xBFFF)));
    const __m256i magnitude = _mm256_and_si256(words, _mm256_set1_epi16(0x7FFF));
    words = _mm256_or_si256(words, _mm256_cmpeq_epi16(magnitude, _mm256_set1_epi16(0x3F80)));
    return mul(_mm512_cvtph_ps(words), set(256.0f));
  }

  // ---- sums of products of integers, in lanes of 32 bits

  static constexpr bool kWideBytes = true;
  static I izero() { return _mm512_setzero_si512(); }
  static I dot_words(I sum, I a, I b) { return _mm512_dpwssd_epi32(sum, a, b); }
  static I dot_bytes(I sum, I codes, I x) { return _mm512_dpbusd_epi32(sum, codes, x); }
  static I total_bytes(I sum) { return sum; }
  /// How many dot_bytes() of codes up to `largest` and int8 activations a sum holds.
  static constexpr int most_dots(int largest) { return 0x7FFFFFFF / (4 * 127 * largest); }
  /// Fields of kBits at bit (kBits * i) % 8 of word i, to words.
  template <int kBits>
  static I word_fields(I words) {
    constexpr auto at = [](int i) { return static_cast<short>(kBits * i % 8); };
    const __m128i shift = _mm_setr_epi16(at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7));
    return iand(_mm512_srlv_epi16(words, _mm512_broadcast_i32x4(shift)), iset16((1 << kBits) - 1));
  }
};

}  // namespace
}  // namespace decibit::isa
