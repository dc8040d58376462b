// SPDX-License-Identifier: Apache-2.0
// Elementary functions of kLanes floats: reduce the argument, a polynomial (fitted for the least
// largest relative error), undo the reduction. Largest errors in ulp stand in docs/kernels.md. NaN
// stays NaN. V is Vec of avx2/vec.h or avx512/vec.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace decibit::isa {
namespace {

/// c[0] + c[1] x + ... by Horner's rule.
template <class V, std::size_t n>
typename V::F polynomial(typename V::F x, const float (&c)[n]) {
  auto sum = V::set(c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) sum = V::fma(sum, x, V::set(c[i]));
  return sum;
}

/// e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln(2) / 2, e^r = 1 + r + r^2 P(r). Infinity above
/// 88.72; gradual underflow, 0 below -103.98.
template <class V>
typename V::F exp(typename V::F x) {
  constexpr float kP[] = {0.500000009516f, 0.166665188308f, 0.0416662059157f, 0.00836889017772f,
                          0.00139504828569f};
  x = V::max(V::set(-150), V::min(V::set(130), x));  // NaN passes through
  const auto n = V::round_even(V::mul(x, V::set(1.44269504f)));
  // ln 2 in two parts, the first so short that n times it is exact
  auto r = V::fnma(n, V::set(0x1.62e43p-1f), x);
  r = V::fnma(n, V::set(-0x1.05c61p-29f), r);
  const auto e = V::fma(V::mul(r, r), polynomial<V>(r, kP), r);
  return V::scale_by_power(V::add(e, V::set(1)), n);
}

/// x - n * pi / 2
template <class V>
typename V::F less_quarters(typename V::F x, typename V::F n) {
  x = V::fnma(n, V::set(0x1.921fb6p+0f), x);
  x = V::fnma(n, V::set(-0x1.777a5cp-25f), x);
  return V::fnma(n, V::set(-0x1.ee59dap-50f), x);
}

/// sin (kShift = 0) or cos (kShift = 1): quarter turns n = round(x / (pi/2)), and of what is left,
/// |r| <= pi/4, sine and cosine; n + kShift says which of them, and its sign. pi/2 in three parts
/// with fused products keeps r exact up to |x| = 2^22; beyond, the result is some number in [-1,
/// 1].
template <class V, int kShift>
typename V::F sine_or_cosine(typename V::F x) {
  constexpr float kSin[] = {-0.166666549393f, 0.00833217787624f, -0.000195172624638f};
  constexpr float kCos[] = {0.0416666468587f, -0.0013887367136f, 2.4438407812e-5f};
  auto n = V::round_even(V::mul(x, V::set(0.636619772f)));
  n = V::add(n, V::round_even(V::mul(less_quarters<V>(x, n), V::set(0.636619772f))));
  const auto left = less_quarters<V>(x, n);
  const auto r = V::max(V::set(-0.7854f), V::min(V::set(0.7854f), left));
  const auto z = V::mul(r, r);
  const auto sine = V::fma(V::mul(r, z), polynomial<V>(z, kSin), r);
  const auto cosine =
      V::fma(V::mul(z, z), polynomial<V>(z, kCos), V::fnma(V::set(0.5f), z, V::set(1)));
  const auto quarter = V::iadd(V::to_int(n), V::iset(kShift));
  const auto odd = V::iequal(V::iand(quarter, V::iset(1)), V::iset(1));
  const auto sign = V::template shift_left<30>(V::iand(quarter, V::iset(2)));
  return V::floats(V::ixor(V::bits(V::select(odd, cosine, sine)), sign));
}

template <class V>
typename V::F sin(typename V::F x) {
  return sine_or_cosine<V, 0>(x);
}

template <class V>
typename V::F cos(typename V::F x) {
  return sine_or_cosine<V, 1>(x);
}

/// sin(x)^2, whose period is pi: no quadrants. What snake is made of.
template <class V>
typename V::F sin_squared(typename V::F x) {
  constexpr float kSin[] = {-0.166666604594f, 0.00833308808278f, -0.00019811106059f,
                            2.60891683692e-6f};
  const auto n = V::round_even(V::mul(x, V::set(0.318309886f)));
  auto r = V::fnma(n, V::set(0x1.921fb6p+1f), x);
  r = V::fnma(n, V::set(-0x1.777a5cp-24f), r);
  r = V::max(V::set(-1.6f), V::min(V::set(1.6f), r));
  const auto z = V::mul(r, r);
  const auto sine = V::fma(V::mul(r, z), polynomial<V>(z, kSin), r);
  return V::mul(sine, sine);
}

/// 1 / (1 + e^-x); 0 below -88.72.
template <class V>
typename V::F sigmoid(typename V::F x) {
  return V::div(V::set(1), V::add(V::set(1), exp<V>(V::sub(V::zero(), x))));
}

/// x + x^3 P(x^2) near 0, where 1 - 2 / (e^2|x| + 1) would cancel.
template <class V>
typename V::F tanh(typename V::F x) {
  constexpr float kP[] = {-0.333332839182f, 0.133314911266f, -0.0537434863732f, 0.0206505529548f,
                          -0.00571700994804f};
  const auto magnitude = V::abs(x);
  const auto z = V::mul(x, x);
  const auto near = V::fma(V::mul(x, z), polynomial<V>(z, kP), x);
  const auto e = exp<V>(V::add(magnitude, magnitude));
  const auto far = V::sub(V::set(1), V::div(V::set(2), V::add(e, V::set(1))));
  return V::select(V::less(magnitude, V::set(0.625f)), near, V::or_bits(far, V::sign_of(x)));
}

/// v + sin(alpha v)^2 * inv_beta
template <class V>
typename V::F snake(typename V::F v, typename V::F alpha, typename V::F inv_beta) {
  return V::fma(sin_squared<V>(V::mul(alpha, v)), inv_beta, v);
}

}  // namespace
}  // namespace decibit::isa
