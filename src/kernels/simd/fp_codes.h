// SPDX-License-Identifier: Apache-2.0
// e2m1 and e4m3 on vectors: nearest code and its value, equal to quant/e2m1.h and quant/e4m3.h for
// all finite x.
#pragma once

#include <cstdint>

#include "kernels/isa.h"

namespace decibit::isa {
namespace {

// e2m1 from 1 on is a float cut to one mantissa bit: add just under half of the last place (exactly
// half before an odd code, where ties go to even) and shift. 254 is the exponent and mantissa bit
// of 1, which is code 2. Below 1 the codes are 0 and 0.5, with the limits 0.25 and 0.75.
template <class V, bool kTiesToEven>
typename V::I e2m1_code(typename V::F x, typename V::F* value) {
  const auto a = V::bits(V::abs(x));
  auto half = V::iset(0x1FFFFF);
  if constexpr (kTiesToEven)
    half = V::iadd(half, V::iand(V::template shift_right<22>(a), V::iset(1)));
  const auto from_one = V::isub(V::template shift_right<22>(V::iadd(a, half)), V::iset(252));
  const auto past_quarter = V::iwhere(V::igreater(a, V::iset(0x3E800000)), V::iset(1));
  const auto past_three_quarters =
      V::iwhere(V::igreater(a, V::iset(kTiesToEven ? 0x3F3FFFFF : 0x3F400000)), V::iset(2));
  auto code = V::imax(V::imax(from_one, past_quarter), past_three_quarters);
  code = V::imin(code, V::iset(7));
  *value = V::or_bits(V::e2m1_magnitude(code), V::sign_of(x));
  auto sign = V::template shift_right<28>(V::bits(V::sign_of(x)));
  if constexpr (!kTiesToEven) sign = V::iwhere(V::igreater(code, V::iset(0)), sign);  // never -0
  return V::ior(code, sign);
}

// The definition, for x so large that distances to several codes round to the same float.
template <class V>
typename V::I e2m1_first_minimum(typename V::F x, typename V::F* value) {
  auto code = V::iset(0);
  auto best = V::abs(x);
  *value = V::zero();
  for (int c = 1; c < 16; ++c) {
    const float magnitudes[8] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    const auto v = V::set(c < 8 ? magnitudes[c] : -magnitudes[c - 8]);
    const auto distance = V::abs(V::sub(x, v));
    const auto nearer = V::less(distance, best);
    code = V::iselect(nearer, V::iset(c), code);
    *value = V::select(nearer, v, *value);
    best = V::select(nearer, distance, best);
  }
  return code;
}

// From 2^-6 on: round to three mantissa bits, 0x3C800000 being code 8. Below: multiples of 2^-9,
// which is the last place of 2^14, so that adding and subtracting 2^14 rounds to them.
template <class V>
typename V::I e4m3_code(typename V::F x, typename V::F* value) {
  const auto magnitude = V::abs(x);
  const auto a = V::bits(magnitude);
  const auto odd = V::iand(V::template shift_right<20>(a), V::iset(1));
  const auto rounded = V::iadd(a, V::iadd(odd, V::iset(0x7FFFF)));
  const auto steps = V::add(magnitude, V::set(16384.0f));
  const auto small = V::less(magnitude, V::set(0x1p-6f));
  auto code = V::iselect(small, V::isub(V::bits(steps), V::bits(V::set(16384.0f))),
                         V::template shift_right<20>(V::isub(rounded, V::iset(120 << 23))));
  code = V::imin(code, V::iset(0x7E));
  const auto cut = V::floats(V::iand(rounded, V::iset(static_cast<int>(0xFFF00000u))));
  const auto v = V::select(small, V::sub(steps, V::set(16384.0f)), V::min(cut, V::set(448.0f)));
  *value = V::or_bits(v, V::sign_of(x));
  return V::ior(code, V::template shift_right<24>(V::bits(V::sign_of(x))));
}

/// e4m3 codes to floats; 0x7F is NaN.
template <class V>
typename V::F e4m3_value(typename V::I code) {
  const auto c = V::iand(code, V::iset(0x7F));
  const auto normal = V::floats(V::iadd(V::template shift_left<20>(c), V::iset(120 << 23)));
  const auto subnormal = V::mul(V::to_float(c), V::set(0x1p-9f));
  auto v = V::select(V::igreater(V::iset(8), c), subnormal, normal);
  v = V::select(V::iequal(c, V::iset(0x7F)), V::set(__builtin_nanf("")), v);
  return V::or_bits(v, V::floats(V::template shift_left<24>(V::iand(code, V::iset(0x80)))));
}

/// e2m1 codes 0..15 to floats.
template <class V>
typename V::F e2m1_value(typename V::I code) {
  const auto sign = V::floats(V::template shift_left<28>(V::iand(code, V::iset(8))));
  return V::or_bits(V::e2m1_magnitude(code), sign);
}

/// 2^(byte - 127); byte 0 is the subnormal 2^-127.
template <class V>
typename V::F e8m0_value(typename V::I byte) {
  const auto power = V::template shift_left<23>(byte);
  return V::floats(V::iselect(V::iequal(byte, V::iset(0)), V::iset(0x00400000), power));
}

}  // namespace
}  // namespace decibit::isa
