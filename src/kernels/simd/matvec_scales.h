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
// behind the last element: a mapping may end there.
template <class V, class Load>
void load_elements(const std::uint8_t* p, std::int64_t count, std::size_t size, float* out,
                   Load load_vec) {
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
  alignas(64) std::uint8_t last[V::kLanes * 4] = {};
  __builtin_memcpy(last, p + static_cast<std::size_t>(i) * size,
                   static_cast<std::size_t>(count - i) * size);
  V::store(out + i, load_vec(last));
}

template <class V>
void load_elements(Element e, const std::uint8_t* p, std::int64_t first, std::int64_t count,
                   float* out) {
  switch (e) {
    case Element::kF32:
      return load_elements<V>(p + 4 * first, count, 4, out,
                              [](const std::uint8_t* q) { return load<V, Element::kF32>(q); });
    case Element::kF16:
      return load_elements<V>(p + 2 * first, count, 2, out,
                              [](const std::uint8_t* q) { return load<V, Element::kF16>(q); });
    case Element::kBF16:
      return load_elements<V>(p + 2 * first, count, 2, out,
                              [](const std::uint8_t* q) { return load<V, Element::kBF16>(q); });
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
    load_elements<V>(p + first, count, 1, out,
                     [](const std::uint8_t* q) { return V::e4m3_scales(q); });
  } else {  // e8m0: the exponent of a float; byte 0 counts as 0, see matvec.h
    load_elements<V>(p + first, count, 1, out, [](const std::uint8_t* q) {
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
