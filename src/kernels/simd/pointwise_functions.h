// SPDX-License-Identifier: Apache-2.0
// Functions of single values over arrays.
#pragma once

#include "kernels/pointwise.h"
#include "kernels/simd/math.h"

namespace decibit::isa {
namespace {

/// out[i] = f(x[i]), f over vectors.
template <class V, class F>
void map(const float* x, std::size_t n, float* out, F f) {
  std::size_t i = 0;
  for (; i + V::kLanes <= n; i += V::kLanes) V::store(out + i, f(V::load(x + i)));
  const auto rest = static_cast<std::int64_t>(n - i);
  if (rest > 0) V::store_first(out + i, f(V::load_first(x + i, rest)), rest);
}

/// out[i] = f(x[i], y[i])
template <class V, class F>
void map(const float* x, const float* y, std::size_t n, float* out, F f) {
  std::size_t i = 0;
  for (; i + V::kLanes <= n; i += V::kLanes) V::store(out + i, f(V::load(x + i), V::load(y + i)));
  const auto rest = static_cast<std::int64_t>(n - i);
  if (rest > 0)
    V::store_first(out + i, f(V::load_first(x + i, rest), V::load_first(y + i, rest)), rest);
}

/// x Phi(x). With z = |x| / sqrt 2 and t = 1 / (1 + z / 2),
///   Phi(-|x|) = erfc(z) / 2 = t e^(-z^2 + P(t)) / 2,
/// P fitted to a relative error of 7e-8 for all z.
template <class V>
typename V::F gelu_erf(typename V::F x) {
  constexpr float kP[] = {-1.2655077255f,  0.99991623448f, 0.37509218741f, 0.091933237426f,
                          -0.17259594445f, 0.25534536039f, -1.110544171f,  1.4733882042f,
                          -0.81732446297f, 0.17029714982f};
  const auto z = V::mul(V::abs(x), V::set(0.707106781f));
  const auto t = V::div(V::set(1), V::fma(z, V::set(0.5f), V::set(1)));
  const auto e = exp<V>(V::fnma(z, z, polynomial<V>(t, kP)));
  const auto tail = V::mul(V::mul(V::set(0.5f), t), e);
  return V::mul(x, V::select(V::less(x, V::zero()), tail, V::sub(V::set(1), tail)));
}

/// (1 + tanh u) / 2 = sigmoid(2u)
template <class V>
typename V::F gelu_tanh(typename V::F x) {
  const auto inner = V::fma(V::mul(V::set(0.044715f), V::mul(x, x)), x, x);
  return V::mul(x, sigmoid<V>(V::mul(V::set(1.59576912f), inner)));
}

template <class V>
void apply(Function f, const float* x, std::size_t n, float* out) {
  switch (f) {
    case Function::kExp:
      return map<V>(x, n, out, [](auto v) { return exp<V>(v); });
    case Function::kSin:
      return map<V>(x, n, out, [](auto v) { return sin<V>(v); });
    case Function::kCos:
      return map<V>(x, n, out, [](auto v) { return cos<V>(v); });
    case Function::kTanh:
      return map<V>(x, n, out, [](auto v) { return tanh<V>(v); });
    case Function::kSigmoid:
      return map<V>(x, n, out, [](auto v) { return sigmoid<V>(v); });
    case Function::kSilu:
      return map<V>(x, n, out, [](auto v) { return V::mul(v, sigmoid<V>(v)); });
    case Function::kGeluErf:
      return map<V>(x, n, out, [](auto v) { return gelu_erf<V>(v); });
    case Function::kGeluTanh:
      return map<V>(x, n, out, [](auto v) { return gelu_tanh<V>(v); });
    case Function::kRelu:  // max gives back its second operand for NaN
      return map<V>(x, n, out, [](auto v) { return V::max(V::zero(), v); });
  }
}

template <class V>
void leaky_relu(float slope, const float* x, std::size_t n, float* out) {
  map<V>(x, n, out,
         [slope](auto v) { return V::select(V::less(v, V::zero()), V::mul(V::set(slope), v), v); });
}

template <class V>
void add(const float* x, const float* y, std::size_t n, float* out) {
  map<V>(x, y, n, out, [](auto a, auto b) { return V::add(a, b); });
}

template <class V>
void add_scaled(const float* x, float a, const float* y, std::size_t n, float* out) {
  map<V>(x, y, n, out, [a](auto u, auto v) { return V::fma(V::set(a), v, u); });
}

template <class V>
void multiply(const float* x, const float* y, std::size_t n, float* out) {
  map<V>(x, y, n, out, [](auto a, auto b) { return V::mul(a, b); });
}

template <class V>
void scale(float a, const float* x, std::size_t n, float* out) {
  map<V>(x, n, out, [a](auto v) { return V::mul(V::set(a), v); });
}

}  // namespace
}  // namespace decibit::isa
