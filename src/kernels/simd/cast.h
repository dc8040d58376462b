// SPDX-License-Identifier: Apache-2.0
// Casts between element types, and the search for values that are not finite.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"
#include "kernels/simd/elements.h"

namespace decibit::isa {
namespace {

template <class V, Element from, Element to>
void cast_vector(const std::uint8_t* in, std::uint8_t* out) {
  if constexpr (from == Element::kF16) {
    store<V, to>(out, load_f16_any_nan<V>(in));
  } else {
    store<V, to>(out, load<V, from>(in));
  }
}

template <class V, Element from, Element to>
void cast_all(const std::uint8_t* in, std::uint8_t* out, std::size_t n) {
  std::size_t i = 0;
  for (; i + V::kLanes <= n; i += V::kLanes)
    cast_vector<V, from, to>(in + i * kSize<from>, out + i * kSize<to>);
  if (i == n) return;
  std::uint8_t last[V::kLanes * kSize<from>] = {}, converted[V::kLanes * kSize<to>];
  __builtin_memcpy(last, in + i * kSize<from>, (n - i) * kSize<from>);
  cast_vector<V, from, to>(last, converted);
  __builtin_memcpy(out + i * kSize<to>, converted, (n - i) * kSize<to>);
}

template <class V, Element from>
void cast_from(const std::uint8_t* in, Element to, std::uint8_t* out, std::size_t n) {
  if (from == to) {
    __builtin_memcpy(out, in, n * kSize<from>);
    return;
  }
  switch (to) {
    case Element::kF16:
      return cast_all<V, from, Element::kF16>(in, out, n);
    case Element::kBF16:
      return cast_all<V, from, Element::kBF16>(in, out, n);
    default:
      return cast_all<V, from, Element::kF32>(in, out, n);
  }
}

// An element is not finite when all bits of its exponent are set. U is an unsigned integer of its
// size; `in_block` looks at V::kBytes at once.
template <class V, class U, class InBlock>
std::size_t find_nonfinite(const std::uint8_t* in, std::size_t n, U exponent, InBlock in_block) {
  constexpr std::size_t kBlock = V::kBytes / sizeof(U);
  std::size_t i = 0;
  while (i + kBlock <= n && !in_block(in + i * sizeof(U), exponent)) i += kBlock;
  for (; i < n; ++i) {
    U u;
    __builtin_memcpy(&u, in + i * sizeof(U), sizeof(U));
    if ((u & exponent) == exponent) return i;
  }
  return n;
}

}  // namespace
}  // namespace decibit::isa
