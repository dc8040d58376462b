// SPDX-License-Identifier: Apache-2.0
// The table of one instruction set.
#pragma once

#include "kernels/pointwise.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/pointwise_channels.h"
#include "kernels/simd/pointwise_functions.h"
#include "kernels/simd/pointwise_rows.h"

namespace decibit::isa {
namespace {

template <class V, Element e>
void widen_from(const std::uint8_t* p, std::size_t n, float* out) {
  std::size_t i = 0;
  for (; i + V::kLanes <= n; i += V::kLanes) V::store(out + i, load<V, e>(p + i * kSize<e>));
  if (i == n) return;
  std::uint8_t rest[V::kLanes * kSize<e>] = {};
  __builtin_memcpy(rest, p + i * kSize<e>, (n - i) * kSize<e>);
  V::store_first(out + i, load<V, e>(rest), static_cast<std::int64_t>(n - i));
}

template <class V, Element e>
void narrow_to(const float* x, std::size_t n, std::uint8_t* p) {
  for (std::size_t i = 0; i < n; i += V::kLanes) {
    const std::size_t count = n - i < V::kLanes ? n - i : V::kLanes;
    const auto v = V::load_first(x + i, static_cast<std::int64_t>(count));
    store_first<V, e>(p + i * kSize<e>, v, count);
  }
}

template <class V>
void widen(Element element, const std::uint8_t* p, std::size_t n, float* out) {
  if (element == Element::kF16) return widen_from<V, Element::kF16>(p, n, out);
  if (element == Element::kBF16) return widen_from<V, Element::kBF16>(p, n, out);
  widen_from<V, Element::kF32>(p, n, out);
}

template <class V>
void narrow(const float* x, std::size_t n, Element element, std::uint8_t* p) {
  if (element == Element::kF16) return narrow_to<V, Element::kF16>(x, n, p);
  if (element == Element::kBF16) return narrow_to<V, Element::kBF16>(x, n, p);
  narrow_to<V, Element::kF32>(x, n, p);
}

template <class V>
constexpr Pointwise pointwise() {
  return {apply<V>,       leaky_relu<V>, add<V>,        add_scaled<V>, multiply<V>,     scale<V>,
          snake<V>,       affine<V>,     layer_norm<V>, rms_norm<V>,   channel_sums<V>, softmax<V>,
          log_softmax<V>, rope<V>,       depthwise<V>,  widen<V>,      narrow<V>};
}

}  // namespace
}  // namespace decibit::isa
