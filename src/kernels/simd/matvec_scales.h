// SPDX-License-Identifier: Apache-2.0
// Scales and biases of a piece of a row, as floats.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/simd/elements.h"
#include "kernels/weights.h"

namespace decibit::isa {
namespace {

// `count` elements of `size` bytes, the vectors beyond them filled up with zeros. Nothing is read
// behind the last element: a mapping may end there. `load_vec` loads kLanes of them, `load_few` the
// first ones only. Short rows (512 weights have 8 groups) have few alone.
template <class V, class Load, class LoadFew>
void load_elements(const std::uint8_t* p, std::int64_t count, std::size_t size, float* out,
                   Load load_vec, LoadFew load_few) {
  std::int64_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes)
    V::store(out + i, load_vec(p + static_cast<std::size_t>(i) * size));
  if (i == count) return;
  if (count > V::kLanes) {  // the last full vector of them overlaps
    V::store(out + i, V::zero());
    V::store(out + count - V::kLanes,
             load_vec(p + static_cast<std::size_t>(count - V::kLanes) * size));
    return;
  }
  V::store(out, load_few(p, count));
}

/// Bytes, by a copy that is filled up with zeros.
template <class V, class Load>
void load_byte_elements(const std::uint8_t* p, std::int64_t count, float* out, Load load_vec) {
  load_elements<V>(p, count, 1, out, load_vec, [&](const std::uint8_t* q, std::int64_t few) {
    alignas(64) std::uint8_t copy[V::kLanes] = {};
    __builtin_memcpy(copy, q, static_cast<std::size_t>(few));
    return load_vec(copy);
  });
}

template <class V>
void load_elements(Element e, const std::uint8_t* p, std::int64_t first, std::int64_t count,
                   float* out) {
  switch (e) {
    case Element::kF32:
      return load_elements<V>(
          p + 4 * first, count, 4, out,
          [](const std::uint8_t* q) { return load<V, Element::kF32>(q); },
          [](const std::uint8_t* q, std::int64_t few) {
            return V::load_first(reinterpret_cast<const float*>(q), few);
          });
    case Element::kF16:
      return load_elements<V>(
          p + 2 * first, count, 2, out,
          [](const std::uint8_t* q) { return load<V, Element::kF16>(q); },
          [](const std::uint8_t* q, std::int64_t few) {
            return V::from_f16_bits(V::load_u16_first(q, few));
          });
    case Element::kBF16:
      return load_elements<V>(
          p + 2 * first, count, 2, out,
          [](const std::uint8_t* q) { return load<V, Element::kBF16>(q); },
          [](const std::uint8_t* q, std::int64_t few) {
            return V::floats(V::template shift_left<16>(V::load_u16_first(q, few)));
          });
    case Element::kF64:
      return;
  }
}

/// Scales of groups [first, first + count) of row n.
template <class V>
void load_scales(const Weights& w, std::int64_t n, std::int64_t first, std::int64_t count,
                 float* out) {
  const std::uint8_t* p = w.scales + n * w.scale_row_bytes;
  if (w.kind == WeightKind::kAffine) {
    load_elements<V>(w.scale, p, first, count, out);
  } else if (w.kind == WeightKind::kNvfp4) {
    load_byte_elements<V>(p + first, count, out,
                          [](const std::uint8_t* q) { return V::e4m3_scales(q); });
  } else {  // e8m0: the exponent of a float; byte 0 counts as 0, see matvec.h
    load_byte_elements<V>(p + first, count, out, [](const std::uint8_t* q) {
      return V::floats(V::template shift_left<23>(V::load_bytes(q)));
    });
  }
}

template <class V>
void load_biases(const Weights& w, std::int64_t n, std::int64_t first, std::int64_t count,
                 float* out) {
  load_elements<V>(w.scale, w.biases + n * w.scale_row_bytes, first, count, out);
}

}  // namespace
}  // namespace decibit::isa
