// SPDX-License-Identifier: Apache-2.0
// The functions of one instruction set: run-time types and modes become template arguments here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"
#include "kernels/simd/affine.h"
#include "kernels/simd/cast.h"
#include "kernels/simd/dequantize.h"
#include "kernels/simd/fp.h"
#include "kernels/simd/quantize.h"

namespace decibit::isa {
namespace {

template <class V, Element e, bool kGpu>
Sums quantize_by_kind(const QuantizeJob& job) {
  switch (job.kind) {
    case Codes::kAffine:
      return quantize_row<V, e, AffineRule<V, e, kGpu>>(job);
    case Codes::kMxfp4:
      return quantize_row<V, e, MxRule<V, e, kGpu, true>>(job);
    case Codes::kMxfp8:
      return quantize_row<V, e, MxRule<V, e, kGpu, false>>(job);
    case Codes::kNvfp4:
      return quantize_row<V, e, Nvfp4Rule<V, e, kGpu>>(job);
  }
  return {};
}

template <class V, Element e>
Sums quantize_by_rule(const QuantizeJob& job) {
  return job.gpu ? quantize_by_kind<V, e, true>(job) : quantize_by_kind<V, e, false>(job);
}

template <class V>
Sums quantize(const QuantizeJob& job) {
  switch (job.weight) {
    case Element::kF16:
      return quantize_by_rule<V, Element::kF16>(job);
    case Element::kBF16:
      return quantize_by_rule<V, Element::kBF16>(job);
    default:
      return quantize_by_rule<V, Element::kF32>(job);
  }
}

template <class V>
void dequantize(const DequantizeJob& job) {
  switch (job.out) {
    case Element::kF16:
      return dequantize_to<V, Element::kF16>(job);
    case Element::kBF16:
      return dequantize_to<V, Element::kBF16>(job);
    default:
      return dequantize_to<V, Element::kF32>(job);
  }
}

template <class V>
void cast(Element from, const std::uint8_t* in, Element to, std::uint8_t* out, std::size_t n) {
  switch (from) {
    case Element::kF64:
      return cast_from<V, Element::kF64>(in, to, out, n);
    case Element::kF32:
      return cast_from<V, Element::kF32>(in, to, out, n);
    case Element::kF16:
      return cast_from<V, Element::kF16>(in, to, out, n);
    case Element::kBF16:
      return cast_from<V, Element::kBF16>(in, to, out, n);
  }
}

template <class V>
std::size_t first_nonfinite(Element element, const std::uint8_t* in, std::size_t n) {
  switch (element) {
    case Element::kF64:
      return find_nonfinite<V, std::uint64_t>(in, n, 0x7FF0000000000000u, V::any_has64);
    case Element::kF32:
      return find_nonfinite<V, std::uint32_t>(in, n, 0x7F800000u, V::any_has32);
    case Element::kF16:
      return find_nonfinite<V, std::uint16_t>(in, n, std::uint16_t{0x7C00}, V::any_has16);
    case Element::kBF16:
      return find_nonfinite<V, std::uint16_t>(in, n, std::uint16_t{0x7F80}, V::any_has16);
  }
  return n;
}

}  // namespace
}  // namespace decibit::isa
