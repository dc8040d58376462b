// SPDX-License-Identifier: Apache-2.0
// Elements in memory to and from vectors of floats, bit for bit as core/half.h converts them, NaN
// included. V is Vec of avx2/vec.h or avx512/vec.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"

namespace decibit::isa {
namespace {

template <Element e>
inline constexpr std::size_t kSize = e == Element::kF64   ? 8
                                     : e == Element::kF32 ? 4
                                                          : 2;

/// kLanes elements; F64 is rounded to float.
template <class V, Element e>
typename V::F load(const std::uint8_t* p) {
  if constexpr (e == Element::kF64) {
    return V::load_f64(p);
  } else if constexpr (e == Element::kF32) {
    return V::load_f32(p);
  } else if constexpr (e == Element::kF16) {
    return V::load_f16(p);
  } else {
    return V::floats(V::template shift_left<16>(V::load_u16(p)));
  }
}

/// F16, where the hardware would make a signaling NaN quiet.
template <class V>
typename V::F load_f16_any_nan(const std::uint8_t* p) {
  const auto h = V::load_u16(p);
  const auto sign = V::template shift_left<16>(V::iand(h, V::iset(0x8000)));
  const auto payload = V::template shift_left<13>(V::iand(h, V::iset(0x03FF)));
  const auto nan = V::ior(V::ior(sign, payload), V::iset(0x7F800000));
  const auto is_nan = V::igreater(V::iand(h, V::iset(0x7FFF)), V::iset(0x7C00));
  return V::floats(V::iselect(is_nan, nan, V::bits(V::load_f16(p))));
}

/// The bits of F16 or BF16 nearest to `a`, in the low half of each lane.
template <class V, Element e>
typename V::I to_half(typename V::F a) {
  const auto u = V::bits(a);
  if constexpr (e == Element::kF16) {
    const auto sign = V::iand(V::template shift_right<16>(u), V::iset(0x8000));
    return V::iselect(V::is_nan(a), V::ior(sign, V::iset(0x7E00)), V::to_f16_bits(a));
  } else {
    const auto odd = V::iand(V::template shift_right<16>(u), V::iset(1));
    const auto rounded = V::iadd(u, V::iadd(odd, V::iset(0x7FFF)));
    return V::iselect(V::is_nan(a), V::iset(0x7FC0), V::template shift_right<16>(rounded));
  }
}

/// `a` rounded to the element type, as floats.
template <class V, Element e>
typename V::F round_to(typename V::F a) {
  if constexpr (e == Element::kF32) {
    return a;
  } else if constexpr (e == Element::kF16) {
    return V::from_f16_bits(V::to_f16_bits(a));
  } else {
    return V::floats(V::template shift_left<16>(to_half<V, e>(a)));
  }
}

/// kLanes elements, rounded to the type.
template <class V, Element e>
void store(std::uint8_t* p, typename V::F a) {
  if constexpr (e == Element::kF32) {
    V::store_f32(p, a);
  } else {
    V::store_u16(p, to_half<V, e>(a));
  }
}

/// The first `count` of kLanes elements.
template <class V, Element e>
void store_first(std::uint8_t* p, typename V::F a, std::size_t count) {
  if (count == V::kLanes) return store<V, e>(p, a);
  std::uint8_t buffer[V::kLanes * kSize<e>];
  store<V, e>(buffer, a);
  __builtin_memcpy(p, buffer, count * kSize<e>);
}

}  // namespace
}  // namespace decibit::isa
