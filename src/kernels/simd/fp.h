// SPDX-License-Identifier: Apache-2.0
// The rules of quant/mx.cc and quant/nvfp4.cc on vectors. kGpu: the rule of the Metal kernels.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/fp_codes.h"
#include "kernels/simd/quantize.h"

namespace decibit::isa {
namespace {

// The low bytes of the first `count` lanes.
template <class V>
void store_bytes(std::uint8_t* out, typename V::I bytes, int count) {
  std::int32_t lanes[V::kLanes];
  V::istore(lanes, bytes);
  for (int g = 0; g < count; ++g) out[g] = static_cast<std::uint8_t>(lanes[g]);
}

// mx scales are powers of two, so w * (1 / scale) is w / scale to the bit. Rounding that to the
// weight's type, as the CPU does, changes only quotients far below the smallest element.
template <class V, Element e, bool kGpu, bool kFourBits>
class MxRule {
 public:
  using F = typename V::F;
  using I = typename V::I;

  void fit(const QuantizeJob& job, const std::uint8_t* weights, std::int64_t first_group,
           int count) {
    largest_magnitudes<V, e>(weights, job.group_shift, count, amax_);
    F d = V::div(V::load(amax_), V::set(kFourBits ? 6.0f : 448.0f));
    if constexpr (!kGpu) d = round_to<V, e>(d);
    const I u = V::bits(d);
    const I fraction = V::iand(u, V::iset(0x007FFFFF));
    const I up = V::iwhere(V::igreater(fraction, V::iset(0)), V::iset(1));
    I byte = V::imin(V::iadd(V::template shift_right<23>(u), up), V::iset(254));
    byte = V::iwhere(V::igreater(u, V::iset(0x00400000)), byte);
    if constexpr (!kGpu) byte = V::iselect(V::iequal(u, V::iset(0)), V::iset(127), byte);
    store_bytes<V>(job.scales + first_group, byte, count);
    const F scale = e8m0_value<V>(byte);
    V::store(scale_, scale);
    V::store(inverse_, V::div(V::set(1.0f), scale));
  }

  I encode(F w, std::int64_t g, F* value) const {
    const F q = V::mul(w, V::set(inverse_[g]));
    I code;
    if constexpr (kFourBits) {
      code = e2m1_code<V, kGpu>(q, value);
    } else {
      code = e4m3_code<V>(q, value);
    }
    *value = V::mul(*value, V::set(scale_[g]));
    return code;
  }

  bool any_weight(int g) const { return amax_[g] > 0; }

 private:
  float amax_[V::kLanes], scale_[V::kLanes], inverse_[V::kLanes];
};

template <class V, Element e, bool kGpu>
class Nvfp4Rule {
 public:
  using F = typename V::F;
  using I = typename V::I;

  void fit(const QuantizeJob& job, const std::uint8_t* weights, std::int64_t first_group,
           int count) {
    largest_magnitudes<V, e>(weights, job.group_shift, count, amax_);
    const F amax = V::load(amax_);
    F d = V::div(amax, V::set(6.0f));
    if constexpr (!kGpu) d = round_to<V, e>(d);
    F scale;
    store_bytes<V>(job.scales + first_group, e4m3_code<V>(d, &scale), count);
    V::store(scale_, scale);
    const auto is_zero = V::equal(scale, V::zero());
    if constexpr (kGpu) {
      V::store(factor_, V::select(is_zero, V::zero(), V::div(V::set(1.0f), scale)));
    } else {
      // A zero scale must give code 0, and w / infinity does.
      V::store(factor_, V::select(is_zero, V::set(__builtin_inff()), scale));
      // The scale saturates at 448; from quotients of 2^20 on, distances between codes may be lost.
      saturated_ = V::movemask(V::less(V::set(448 * 0x1p20f), amax)) != 0;
    }
  }

  I encode(F w, std::int64_t g, F* value) const {
    const F factor = V::set(factor_[g]);
    I code;
    if constexpr (kGpu) {
      code = e2m1_code<V, true>(V::mul(w, factor), value);
    } else {
      const F q = round_to<V, e>(V::div(w, factor));
      code = saturated_ ? e2m1_first_minimum<V>(q, value) : e2m1_code<V, false>(q, value);
    }
    *value = V::mul(*value, V::set(scale_[g]));
    return code;
  }

  bool any_weight(int g) const { return amax_[g] > 0; }

 private:
  float amax_[V::kLanes], scale_[V::kLanes];
  float factor_[V::kLanes];  // cpu: the divisor; gpu: the reciprocal
  bool saturated_ = false;
};

}  // namespace
}  // namespace decibit::isa
