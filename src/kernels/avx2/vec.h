// SPDX-License-Identifier: Apache-2.0
// Eight floats in an AVX2 register (with FMA and F16C), under the names that simd/ is written in.
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
  static constexpr int kLanes = 8;
  static constexpr std::size_t kBytes = 32;
  using F = __m256;
  using I = __m256i;
  using Mask = __m256;

  static F zero() { return _mm256_setzero_ps(); }
  static F set(float x) { return _mm256_set1_ps(x); }
  static F load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, F a) { _mm256_storeu_ps(p, a); }
  static F add(F a, F b) { return _mm256_add_ps(a, b); }
  static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F div(F a, F b) { return _mm256_div_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }    // a * b + c
  static F fnma(F a, F b, F c) { return _mm256_fnmadd_ps(a, b, c); }  // c - a * b
  static F min(F a, F b) { return _mm256_min_ps(a, b); }
  static F max(F a, F b) { return _mm256_max_ps(a, b); }
  static F abs(F a) { return _mm256_andnot_ps(set(-0.0f), a); }
  static F sign_of(F a) { return _mm256_and_ps(set(-0.0f), a); }
  static F or_bits(F a, F b) { return _mm256_or_ps(a, b); }
  static F round_even(F a) {
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static F truncate(F a) { return _mm256_round_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }

  /// a * 2^n for whole numbers |n| <= 252, in two steps, so that 2^n itself may be out of range.
  static F scale_by_power(F a, F n) {
    const I half = _mm256_srai_epi32(to_int(n), 1);
    const I rest = isub(to_int(n), half);
    const auto power = [](I e) { return floats(shift_left<23>(iadd(e, iset(127)))); };
    return mul(mul(a, power(half)), power(rest));
  }

  static Mask less(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static Mask at_least(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_GE_OQ); }
  static Mask equal(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }
  static Mask is_nan(F a) { return _mm256_cmp_ps(a, a, _CMP_UNORD_Q); }
  /// True or NaN in some lane.
  static bool any_nonzero(F a) { return movemask(_mm256_cmp_ps(a, zero(), _CMP_NEQ_UQ)) != 0; }
  static F select(Mask m, F yes, F no) { return _mm256_blendv_ps(no, yes, m); }
  static unsigned movemask(Mask m) { return static_cast<unsigned>(_mm256_movemask_ps(m)); }
  static unsigned signs(F a) { return movemask(a); }

  static I iset(int x) { return _mm256_set1_epi32(x); }
  static I bits(F a) { return _mm256_castps_si256(a); }
  static F floats(I a) { return _mm256_castsi256_ps(a); }
  static I to_int(F a) { return _mm256_cvtps_epi32(a); }
  static F to_float(I a) { return _mm256_cvtepi32_ps(a); }
  static I iadd(I a, I b) { return _mm256_add_epi32(a, b); }
  static I isub(I a, I b) { return _mm256_sub_epi32(a, b); }
  static I iand(I a, I b) { return _mm256_and_si256(a, b); }
  static I ior(I a, I b) { return _mm256_or_si256(a, b); }
  static I ixor(I a, I b) { return _mm256_xor_si256(a, b); }
  static I imin(I a, I b) { return _mm256_min_epi32(a, b); }
  static I imax(I a, I b) { return _mm256_max_epi32(a, b); }
  template <int n>
  static I shift_left(I a) {
    return _mm256_slli_epi32(a, n);
  }
  template <int n>
  static I shift_right(I a) {
    return _mm256_srli_epi32(a, n);
  }
  /// a where the mask is set, else 0.
  static I iwhere(Mask m, I a) { return iand(bits(m), a); }
  static I iselect(Mask m, I yes, I no) { return bits(select(m, floats(yes), floats(no))); }
  static Mask iequal(I a, I b) { return floats(_mm256_cmpeq_epi32(a, b)); }
  static Mask igreater(I a, I b) { return floats(_mm256_cmpgt_epi32(a, b)); }
  static void istore(std::int32_t* p, I a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a);
  }
  /// Eight bytes, widened.
  static I load_bytes(const std::uint8_t* p) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  }
  /// Values of e2m1 magnitudes by code & 7.
  static F e2m1_magnitude(I code) {
    return _mm256_permutevar8x32_ps(_mm256_setr_ps(0, 0.5f, 1, 1.5f, 2, 3, 4, 6), code);
  }

  static float reduce_min(F a) {
    __m128 m = _mm_min_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    m = _mm_min_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_min_ss(m, _mm_movehdup_ps(m)));
  }
  static float reduce_max(F a) {
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
  }

  /// 32 codes below 256, four vectors in order, as bytes.
  static __m256i bytes32(const I* v) {
    const __m256i p =
        _mm256_packus_epi16(_mm256_packs_epi32(v[0], v[1]), _mm256_packs_epi32(v[2], v[3]));
    return _mm256_permutevar8x32_epi32(p, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  }

  /// The sum of all lanes: halves, then quarters, then pairs.
  static float reduce_add(F a) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
  }

  /// Lane i: the sum of v[i]'s lanes, as (0 + 1) + (2 + 3) + the same of the upper half.
  static F sums(const F* v) {
    const F a = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));
    const F b = _mm256_hadd_ps(_mm256_hadd_ps(v[4], v[5]), _mm256_hadd_ps(v[6], v[7]));
    return add(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
  }

  // ---- the first `count` lanes, 0 <= count <= kLanes; the rest of memory is not touched

  static __m256i first_lanes(std::int64_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  /// Other lanes are zero.
  static F load_first(const float* p, std::int64_t count) {
    return _mm256_maskload_ps(p, first_lanes(count));
  }
  static void store_first(float* p, F a, std::int64_t count) {
    _mm256_maskstore_ps(p, first_lanes(count), a);
  }

  // ---- sums in double

  using Sum = __m256d;
  static Sum sum_zero() { return _mm256_setzero_pd(); }
  static void add_squares(Sum& sum, F a) {
    const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(a));
    const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1));
    sum = _mm256_fmadd_pd(low, low, sum);
    sum = _mm256_fmadd_pd(high, high, sum);
  }
  static void add_values(Sum& sum, F a) {
    sum = _mm256_add_pd(sum, _mm256_cvtps_pd(_mm256_castps256_ps128(a)));
    sum = _mm256_add_pd(sum, _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1)));
  }
  static double total(Sum sum) {
    const __m128d pair = _mm_add_pd(_mm256_castpd256_pd128(sum), _mm256_extractf128_pd(sum, 1));
    return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
  }

  /// One double a lane.
  struct Doubles {
    __m256d low, high;
  };
  static Doubles load_doubles(const double* p) {
    return {_mm256_loadu_pd(p), _mm256_loadu_pd(p + 4)};
  }
  static void store_doubles(double* p, Doubles a) {
    _mm256_storeu_pd(p, a.low);
    _mm256_storeu_pd(p + 4, a.high);
  }
  static Doubles doubles(F a) {
    return {_mm256_cvtps_pd(_mm256_castps256_ps128(a)),
            _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1))};
  }
  static Doubles add(Doubles a, Doubles b) {
    return {_mm256_add_pd(a.low, b.low), _mm256_add_pd(a.high, b.high)};
  }
  static Doubles fma(Doubles a, Doubles b, Doubles c) {
    return {_mm256_fmadd_pd(a.low, b.low, c.low), _mm256_fmadd_pd(a.high, b.high, c.high)};
  }

  // ---- elements in memory

  static F load_f32(const std::uint8_t* p) {
    return _mm256_loadu_ps(reinterpret_cast<const float*>(p));
  }
  static void store_f32(std::uint8_t* p, F a) { _mm256_storeu_ps(reinterpret_cast<float*>(p), a); }
  static I load_u16(const std::uint8_t* p) {
    return _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  /// The first `count` <= kLanes of them; other lanes are zero. Put together in registers: a buffer
  /// filled by narrow stores and read by a wide load would stall.
  static I load_u16_first(const std::uint8_t* p, std::int64_t count) {
    if (count == kLanes) return load_u16(p);
    std::uint64_t low = 0, high = 0;
    if (count >= 4) {
      __builtin_memcpy(&low, p, 8);
      if (count > 4) {
        __builtin_memcpy(&high, p + 2 * count - 8, 8);  // ends with the last one
        high >>= 16 * (8 - count);
      }
    } else {
      for (std::int64_t i = count; i-- > 0;) {
        std::uint16_t one;
        __builtin_memcpy(&one, p + 2 * i, 2);
        low = low << 16 | one;
      }
    }
    return _mm256_cvtepu16_epi32(
        _mm_set_epi64x(static_cast<std::int64_t>(high), static_cast<std::int64_t>(low)));
  }
  static void store_u16(std::uint8_t* p, I a) {
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(a, a), 0x08);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(packed));
  }
  static F load_f16(const std::uint8_t* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static I to_f16_bits(F a) {
    return _mm256_cvtepu16_epi32(_mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
  }
  static F from_f16_bits(I a) {
    return _mm256_cvtph_ps(
        _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packus_epi32(a, a), 0x08)));
  }
  static F load_f64(const std::uint8_t* p) {
    const auto* doubles = reinterpret_cast<const double*>(p);
    return _mm256_set_m128(_mm256_cvtpd_ps(_mm256_loadu_pd(doubles + 4)),
                           _mm256_cvtpd_ps(_mm256_loadu_pd(doubles)));
  }

  /// out[j], lane r = dword j of the 16 bytes at rows[r] + offset. Halves of a register are filled
  /// from memory, which leaves the shuffle port two shuffles a vector.
  static void load_transposed4(const std::uint8_t* const* rows, std::int64_t offset, I* out) {
    __m256 r[4];
    for (int i = 0; i < 4; ++i) {
      const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[i] + offset));
      const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[i + 4] + offset));
      r[i] = floats(_mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1));
    }
    const __m256 a = _mm256_unpacklo_ps(r[0], r[1]), b = _mm256_unpacklo_ps(r[2], r[3]);
    const __m256 c = _mm256_unpackhi_ps(r[0], r[1]), d = _mm256_unpackhi_ps(r[2], r[3]);
    out[0] = bits(_mm256_shuffle_ps(a, b, _MM_SHUFFLE(1, 0, 1, 0)));
    out[1] = bits(_mm256_shuffle_ps(a, b, _MM_SHUFFLE(3, 2, 3, 2)));
    out[2] = bits(_mm256_shuffle_ps(c, d, _MM_SHUFFLE(1, 0, 1, 0)));
    out[3] = bits(_mm256_shuffle_ps(c, d, _MM_SHUFFLE(3, 2, 3, 2)));
  }
  /// The F16 in the low halves of the lanes, and those in the high halves.
  static void f16_halves(I pairs, F* low, F* high) {
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15));
    const __m256i sorted =
        _mm256_permute4x64_epi64(_mm256_shuffle_epi8(pairs, order), _MM_SHUFFLE(3, 1, 2, 0));
    *low = _mm256_cvtph_ps(_mm256_castsi256_si128(sorted));
    *high = _mm256_cvtph_ps(_mm256_extracti128_si256(sorted, 1));
  }

  /// Whether some 16-, 32- or 64-bit lane of the kBytes at p has all bits of `mask` set.
  static bool any_has16(const std::uint8_t* p, std::uint16_t mask) {
    const __m256i m = _mm256_set1_epi16(static_cast<short>(mask));
    return _mm256_movemask_epi8(_mm256_cmpeq_epi16(_mm256_and_si256(load_raw(p), m), m)) != 0;
  }
  static bool any_has32(const std::uint8_t* p, std::uint32_t mask) {
    const __m256i m = _mm256_set1_epi32(static_cast<int>(mask));
    return _mm256_movemask_epi8(_mm256_cmpeq_epi32(_mm256_and_si256(load_raw(p), m), m)) != 0;
  }
  static bool any_has64(const std::uint8_t* p, std::uint64_t mask) {
    const __m256i m = _mm256_set1_epi64x(static_cast<long long>(mask));
    return _mm256_movemask_epi8(_mm256_cmpeq_epi64(_mm256_and_si256(load_raw(p), m), m)) != 0;
  }
  static __m256i load_raw(const std::uint8_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
};

}  // namespace
}  // namespace decibit::isa
