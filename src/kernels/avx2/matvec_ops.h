// SPDX-License-Identifier: Apache-2.0
// What simd/matvec*.h and simd/int_gemm*.h need of AVX2 beside vec.h: packed codes to dwords and
// words, integer dot products, scales to lanes.
#pragma once

#include "kernels/avx2/vec.h"

namespace decibit::isa {
namespace {

struct MatvecOps : Vec {
  static F permute(F a, I lanes) { return _mm256_permutevar8x32_ps(a, lanes); }
  static I load_ints(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  static F broadcast(const float* p) { return _mm256_broadcast_ss(p); }
  static I broadcast_dword(const void* p) {
    std::int32_t dword;
    __builtin_memcpy(&dword, p, sizeof(dword));
    return iset(dword);
  }
  /// Makes compilers hold a value in a register that they would load again for each use.
  template <class R>
  static void keep(R& a) {
    asm("" : "+x"(a));
  }
  static I shuffle_bytes(I a, I index) { return _mm256_shuffle_epi8(a, index); }
  static I iset8(int x) { return _mm256_set1_epi8(static_cast<char>(x)); }
  static I iset16(int x) { return _mm256_set1_epi16(static_cast<short>(x)); }
  /// Even and odd dwords.
  static I pair64(int even, int odd) {
    return _mm256_set1_epi64x((static_cast<long long>(odd) << 32) | even);
  }
  template <int n>
  static I shift_right16(I a) {
    return _mm256_srli_epi16(a, n);
  }
  /// Sixteen bytes in each 128-bit lane.
  static I repeat16(const std::uint8_t* p) {
    return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(p)));
  }

  /// The lowest byte of each lane.
  static void store_low_bytes(std::int8_t* p, I a) {
    const __m128i four = _mm_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m256i fours = _mm256_shuffle_epi8(a, _mm256_broadcastsi128_si256(four));
    _mm_storel_epi64(
        reinterpret_cast<__m128i*>(p),
        _mm_unpacklo_epi32(_mm256_castsi256_si128(fours), _mm256_extracti128_si256(fours, 1)));
  }

  /// `kBytes` bytes for each 128-bit lane, at its start. Reads 2 * kBytes, kBytes >= 8.
  static constexpr int kParts = 2;
  template <int kBytesOfLane>
  static I load_parts(const std::uint8_t* p) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i high = _mm_loadu_si128(
        reinterpret_cast<const __m128i*>(p + std::ptrdiff_t{2} * kBytesOfLane - 16));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
  }
  /// Where the bytes of 128-bit lane `part` begin in load_parts().
  template <int kBytesOfLane>
  static constexpr int part_start(int part) {
    return part == 0 ? 0 : 16 - kBytesOfLane;
  }

  // e4m3 as f16: sign, four exponent bits and three of the mantissa at the top of a word make
  // value * 2^-8, subnormals included; NaN codes become numbers and are looked for apart.
  static constexpr int kFp8Vecs = 4;
  struct Fp8 {
    I codes, low, high;
  };
  static Fp8 load_fp8(const std::uint8_t* p) {
    const I codes = load_raw(p);
    const I keep = iset16(0xBFFF);
    const I low = _mm256_srai_epi16(_mm256_unpacklo_epi8(_mm256_setzero_si256(), codes), 1);
    const I high = _mm256_srai_epi16(_mm256_unpackhi_epi8(_mm256_setzero_si256(), codes), 1);
    return {codes, iand(low, keep), iand(high, keep)};
  }
  template <int v>
  static F fp8_value(const Fp8& a) {
    const I half = v < 2 ? a.low : a.high;
    return _mm256_cvtph_ps(v % 2 == 0 ? _mm256_castsi256_si128(half)
                                      : _mm256_extracti128_si256(half, 1));
  }
  static constexpr int fp8_index(int v, int lane) { return 16 * (v % 2) + 8 * (v / 2) + lane; }
  static I largest_magnitudes(I seen, I codes) {
    return _mm256_max_epu8(seen, iand(codes, iset8(0x7F)));
  }
  static bool any_byte_is(I a, int x) {
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(a, iset8(x))) != 0;
  }
  /// The scales of nvfp4, kLanes of them.
  static F e4m3_scales(const std::uint8_t* p) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    __m128i words = _mm_srai_epi16(_mm_unpacklo_epi8(_mm_setzero_si128(), bytes), 1);
    words = _mm_and_si128(words, _mm_set1_epi16(static_cast<short>(0xBFFF)));
    const __m128i magnitude = _mm_and_si128(words, _mm_set1_epi16(0x7FFF));
    words = _mm_or_si128(words, _mm_cmpeq_epi16(magnitude, _mm_set1_epi16(0x3F80)));
    return mul(_mm256_cvtph_ps(words), set(256.0f));
  }

  // ---- sums of products of integers, in lanes of 32 bits

  static constexpr bool kWideBytes = false;  // byte products of 8-bit codes would saturate
  static I izero() { return _mm256_setzero_si256(); }
  static I dot_words(I sum, I a, I b) { return iadd(sum, _mm256_madd_epi16(a, b)); }
  /// Sums of pairs in 16 bits; total_bytes() widens them.
  static I dot_bytes(I sum, I codes, I x) {
    return _mm256_add_epi16(sum, _mm256_maddubs_epi16(codes, x));
  }
  static I total_bytes(I sum) { return _mm256_madd_epi16(sum, iset16(1)); }
  /// How many dot_bytes() of codes up to `largest` and int8 activations a sum holds.
  static constexpr int most_dots(int largest) { return 32767 / (2 * 127 * largest); }
  /// Fields of kBits at bit (kBits * i) % 8 of word i, to words.
  template <int kBits>
  static I word_fields(I words) {
    constexpr int kFree = 16 - kBits;
    constexpr auto up = [](int i) { return static_cast<short>(1 << (kFree - kBits * i % 8)); };
    const __m128i shift = _mm_setr_epi16(up(0), up(1), up(2), up(3), up(4), up(5), up(6), up(7));
    return _mm256_srli_epi16(_mm256_mullo_epi16(words, _mm256_broadcastsi128_si256(shift)), kFree);
  }
};

}  // namespace
}  // namespace decibit::isa
