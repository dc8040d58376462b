// SPDX-License-Identifier: Apache-2.0
// Sixteen floats in an AVX-512 register (F, BW, VL, DQ), under the names that simd/ is written in.
// min and max are the hardware's: when a comparison with NaN decides, the second operand comes
// back.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"

namespace decibit::isa {
namespace {

struct Vec {
  static constexpr int kLanes = 16;
  static constexpr std::size_t kBytes = 64;
  using F = __m512;
  using I = __m512i;
  using Mask = __mmask16;

  static F zero() { return _mm512_setzero_ps(); }
  static F set(float x) { return _mm512_set1_ps(x); }
  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, F a) { _mm512_storeu_ps(p, a); }
  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F div(F a, F b) { return _mm512_div_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }    // a * b + c
  static F fnma(F a, F b, F c) { return _mm512_fnmadd_ps(a, b, c); }  // c - a * b
  static F min(F a, F b) { return _mm512_min_ps(a, b); }
  static F max(F a, F b) { return _mm512_max_ps(a, b); }
  static F abs(F a) { return _mm512_andnot_ps(set(-0.0f), a); }
  static F sign_of(F a) { return _mm512_and_ps(set(-0.0f), a); }
  static F or_bits(F a, F b) { return _mm512_or_ps(a, b); }
  static F round_even(F a) {
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static F truncate(F a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }

  /// a * 2^n for whole numbers n.
  static F scale_by_power(F a, F n) { return _mm512_scalef_ps(a, n); }

  static Mask less(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  static Mask at_least(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ); }
  static Mask equal(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
  static Mask is_nan(F a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
  /// True or NaN in some lane.
  static bool any_nonzero(F a) { return _mm512_cmp_ps_mask(a, zero(), _CMP_NEQ_UQ) != 0; }
  static F select(Mask m, F yes, F no) { return _mm512_mask_blend_ps(m, no, yes); }
  static unsigned movemask(Mask m) { return m; }
  static unsigned signs(F a) { return _mm512_movepi32_mask(bits(a)); }

  static I iset(int x) { return _mm512_set1_epi32(x); }
  static I bits(F a) { return _mm512_castps_si512(a); }
  static F floats(I a) { return _mm512_castsi512_ps(a); }
  static I to_int(F a) { return _mm512_cvtps_epi32(a); }
  static F to_float(I a) { return _mm512_cvtepi32_ps(a); }
  static I iadd(I a, I b) { return _mm512_add_epi32(a, b); }
  static I isub(I a, I b) { return _mm512_sub_epi32(a, b); }
  static I iand(I a, I b) { return _mm512_and_si512(a, b); }
  static I ior(I a, I b) { return _mm512_or_si512(a, b); }
  static I ixor(I a, I b) { return _mm512_xor_si512(a, b); }
  static I imin(I a, I b) { return _mm512_min_epi32(a, b); }
  static I imax(I a, I b) { return _mm512_max_epi32(a, b); }
  template <int n>
  static I shift_left(I a) {
    return _mm512_slli_epi32(a, n);
  }
  template <int n>
  static I shift_right(I a) {
    return _mm512_srli_epi32(a, n);
  }
  /// a where the mask is set, else 0.
  static I iwhere(Mask m, I a) { return _mm512_maskz_mov_epi32(m, a); }
  static I iselect(Mask m, I yes, I no) { return _mm512_mask_blend_epi32(m, no, yes); }
  static Mask iequal(I a, I b) { return _mm512_cmpeq_epi32_mask(a, b); }
  static Mask igreater(I a, I b) { return _mm512_cmpgt_epi32_mask(a, b); }
  static void istore(std::int32_t* p, I a) { _mm512_storeu_si512(p, a); }
  /// Sixteen bytes, widened.
  static I load_bytes(const std::uint8_t* p) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  /// Values of e2m1 magnitudes by code & 7.
  static F e2m1_magnitude(I code) {
    return _mm512_permutexvar_ps(iand(code, iset(7)), _mm512_setr_ps(0, 0.5f, 1, 1.5f, 2, 3, 4, 6,
                                                                     0, 0.5f, 1, 1.5f, 2, 3, 4, 6));
  }

  static float reduce_min(F a) { return _mm512_reduce_min_ps(a); }
  static float reduce_max(F a) { return _mm512_reduce_max_ps(a); }

  /// 32 codes below 256, two vectors in order, as bytes.
  static __m256i bytes32(const I* v) {
    return _mm256_set_m128i(_mm512_cvtepi32_epi8(v[1]), _mm512_cvtepi32_epi8(v[0]));
  }

  /// The sum of all lanes: halves, then quarters, then eighths, then pairs.
  static float reduce_add(F a) { return _mm512_reduce_add_ps(a); }

  /// Lane i: the sum of v[i]'s lanes. Four registers become one whose quarter q holds the four sums
  /// of their quarters q; then quarters are added.
  static F sums(const F* v) {
    F four[4];
    for (F& sums_of_four : four) {
      const F ab = add(_mm512_unpacklo_ps(v[0], v[1]), _mm512_unpackhi_ps(v[0], v[1]));
      const F cd = add(_mm512_unpacklo_ps(v[2], v[3]), _mm512_unpackhi_ps(v[2], v[3]));
      sums_of_four = add(_mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0)),
                         _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2)));
      v += 4;
    }
    const auto pair = [](F a, F b) {
      return add(_mm512_shuffle_f32x4(a, b, _MM_SHUFFLE(2, 0, 2, 0)),
                 _mm512_shuffle_f32x4(a, b, _MM_SHUFFLE(3, 1, 3, 1)));
    };
    return pair(pair(four[0], four[1]), pair(four[2], four[3]));
  }

  // ---- the first `count` lanes, 0 <= count <= kLanes; the rest of memory is not touched

  static Mask first_lanes(std::int64_t count) {
    return static_cast<Mask>((1u << static_cast<unsigned>(count)) - 1u);
  }
  /// Other lanes are zero.
  static F load_first(const float* p, std::int64_t count) {
    return _mm512_maskz_loadu_ps(first_lanes(count), p);
  }
  static void store_first(float* p, F a, std::int64_t count) {
    _mm512_mask_storeu_ps(p, first_lanes(count), a);
  }

  // ---- sums in double

  using Sum = __m512d;
  static Sum sum_zero() { return _mm512_setzero_pd(); }
  static void add_squares(Sum& sum, F a) {
    const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(a));
    const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1));
    sum = _mm512_fmadd_pd(low, low, sum);
    sum = _mm512_fmadd_pd(high, high, sum);
  }
  static void add_values(Sum& sum, F a) {
    sum = _mm512_add_pd(sum, _mm512_cvtps_pd(_mm512_castps512_ps256(a)));
    sum = _mm512_add_pd(sum, _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1)));
  }
  static double total(Sum sum) { return _mm512_reduce_add_pd(sum); }

  /// One double a lane.
  struct Doubles {
    __m512d low, high;
  };
  static Doubles load_doubles(const double* p) {
    return {_mm512_loadu_pd(p), _mm512_loadu_pd(p + 8)};
  }
  static void store_doubles(double* p, Doubles a) {
    _mm512_storeu_pd(p, a.low);
    _mm512_storeu_pd(p + 8, a.high);
  }
  static Doubles doubles(F a) {
    return {_mm512_cvtps_pd(_mm512_castps512_ps256(a)),
            _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1))};
  }
  static Doubles add(Doubles a, Doubles b) {
    return {_mm512_add_pd(a.low, b.low), _mm512_add_pd(a.high, b.high)};
  }
  static Doubles fma(Doubles a, Doubles b, Doubles c) {
    return {_mm512_fmadd_pd(a.low, b.low, c.low), _mm512_fmadd_pd(a.high, b.high, c.high)};
  }

  // ---- elements in memory

  static F load_f32(const std::uint8_t* p) { return _mm512_loadu_ps(p); }
  static void store_f32(std::uint8_t* p, F a) { _mm512_storeu_ps(p, a); }
  static I load_u16(const std::uint8_t* p) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  /// The first `count` <= kLanes of them; other lanes are zero.
  static I load_u16_first(const std::uint8_t* p, std::int64_t count) {
    return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(first_lanes(count), p));
  }
  static void store_u16(std::uint8_t* p, I a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(a));
  }
  static F load_f16(const std::uint8_t* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static I to_f16_bits(F a) {
    return _mm512_cvtepu16_epi32(_mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
  }
  static F from_f16_bits(I a) { return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(a)); }
  static F load_f64(const std::uint8_t* p) {
    const __m256 low = _mm512_cvtpd_ps(_mm512_loadu_pd(p));
    const __m256 high = _mm512_cvtpd_ps(_mm512_loadu_pd(p + 64));
    return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
  }

  /// out[j], lane r = dword j of the 16 bytes at rows[r] + offset. Quarters of a register are
  /// filled from memory, which leaves the shuffle port two shuffles a vector.
  static void load_transposed4(const std::uint8_t* const* rows, std::int64_t offset, I* out) {
    const auto quarter = [&](int row) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[row] + offset));
    };
    __m512 r[4];
    for (int i = 0; i < 4; ++i) {
      __m512i four = _mm512_castsi128_si512(quarter(i));
      four = _mm512_inserti32x4(four, quarter(i + 4), 1);
      four = _mm512_inserti32x4(four, quarter(i + 8), 2);
      r[i] = floats(_mm512_inserti32x4(four, quarter(i + 12), 3));
    }
    const __m512 a = _mm512_unpacklo_ps(r[0], r[1]), b = _mm512_unpacklo_ps(r[2], r[3]);
    const __m512 c = _mm512_unpackhi_ps(r[0], r[1]), d = _mm512_unpackhi_ps(r[2], r[3]);
    out[0] = bits(_mm512_shuffle_ps(a, b, _MM_SHUFFLE(1, 0, 1, 0)));
    out[1] = bits(_mm512_shuffle_ps(a, b, _MM_SHUFFLE(3, 2, 3, 2)));
    out[2] = bits(_mm512_shuffle_ps(c, d, _MM_SHUFFLE(1, 0, 1, 0)));
    out[3] = bits(_mm512_shuffle_ps(c, d, _MM_SHUFFLE(3, 2, 3, 2)));
  }
  /// The F16 in the low halves of the lanes, and those in the high halves.
  static void f16_halves(I pairs, F* low, F* high) {
    *low = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(pairs));
    *high = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(shift_right<16>(pairs)));
  }

  /// Whether some 16-, 32- or 64-bit lane of the kBytes at p has all bits of `mask` set.
  static bool any_has16(const std::uint8_t* p, std::uint16_t mask) {
    const __m512i m = _mm512_set1_epi16(static_cast<short>(mask));
    return _mm512_cmpeq_epi16_mask(_mm512_and_si512(_mm512_loadu_si512(p), m), m) != 0;
  }
  static bool any_has32(const std::uint8_t* p, std::uint32_t mask) {
    const __m512i m = _mm512_set1_epi32(static_cast<int>(mask));
    return _mm512_cmpeq_epi32_mask(_mm512_and_si512(_mm512_loadu_si512(p), m), m) != 0;
  }
  static bool any_has64(const std::uint8_t* p, std::uint64_t mask) {
    const __m512i m = _mm512_set1_epi64(static_cast<long long>(mask));
    return _mm512_cmpeq_epi64_mask(_mm512_and_si512(_mm512_loadu_si512(p), m), m) != 0;
  }
};

}  // namespace
}  // namespace decibit::isa
