// SPDX-License-Identifier: Apache-2.0
// The affine rule of quant/affine.cc on vectors: the same operations in the same order, real
// divisions, one rounding each. kGpu: the rule of the Metal kernels.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/quantize.h"

namespace decibit::isa {
namespace {

// Halves away from zero. x - truncate(x) is exact.
template <class V>
typename V::F round_away(typename V::F x) {
  const auto whole = V::truncate(x);
  const auto up = V::at_least(V::abs(V::sub(x, whole)), V::set(0.5f));
  const auto one = V::or_bits(V::set(1.0f), V::sign_of(x));
  return V::select(up, V::add(whole, one), whole);
}

template <class V, Element e, bool kGpu>
class AffineRule {
 public:
  using F = typename V::F;
  using I = typename V::I;

  void fit(const QuantizeJob& job, const std::uint8_t* weights, std::int64_t first_group,
           int count) {
    top_ = static_cast<float>((1 << job.bits) - 1);
    find_ranges(job, weights, count);
    const F lo = V::load(lo_), hi = V::load(hi_);
    F scale = V::max(V::div(V::sub(hi, lo), V::set(top_)), V::set(1e-7f));
    F bias = lo;
    if (job.bits > 1) move_zero_to_a_code(lo, hi, scale, bias);
    if (job.round_scales_first) {
      scale = round_to_finite_f16(scale);
      bias = round_to_finite_f16(bias);
      store_line<Element::kF16>(job, scale, bias, first_group, count);
      // A zero scale must give code 0, and w / infinity does.
      scale = V::select(V::equal(scale, V::zero()), V::set(__builtin_inff()), scale);
    } else {
      store_line<e>(job, scale, bias, first_group, count);
    }
    V::store(scale_, scale);
    V::store(bias_, bias);
  }

  I encode(F w, std::int64_t g, F* value) const {
    const F quotient = V::div(V::sub(w, V::set(bias_[g])), V::set(scale_[g]));
    // max first, and with NaN on its left, so that NaN becomes code 0.
    const F code = V::min(V::max(round(quotient), V::zero()), V::set(top_));
    *value = V::add(V::mul(code, V::set(stored_scale_[g])), V::set(stored_bias_[g]));
    return V::to_int(code);
  }

  bool any_weight(int g) const { return any_weight_[g]; }

 private:
  static F round(F x) {
    if constexpr (kGpu) return round_away<V>(x);
    return V::round_even(x);
  }

  static F round_to_finite_f16(F x) {
    const F bounded = V::min(V::max(x, V::set(-65504.0f)), V::set(65504.0f));
    return round_to<V, Element::kF16>(bounded);
  }

  void find_ranges(const QuantizeJob& job, const std::uint8_t* weights, int count) {
    for (int g = count; g < V::kLanes; ++g) lo_[g] = hi_[g] = 0;
    for (int g = 0; g < count; ++g) {
      const std::uint8_t* p = weights + (std::size_t(g) << job.group_shift) * kSize<e>;
      F lo = load<V, e>(p), hi = lo;
      for (int i = V::kLanes; i < 1 << job.group_shift; i += V::kLanes) {
        const F w = load<V, e>(p + std::size_t(i) * kSize<e>);
        lo = V::min(lo, w);
        hi = V::max(hi, w);
      }
      lo_[g] = V::reduce_min(lo);
      hi_[g] = V::reduce_max(hi);
      any_weight_[g] = lo_[g] != 0 || hi_[g] != 0;
      if (kGpu && !(hi_[g] > 0)) hi_[g] = 0;
      if (job.bits == 1 && lo_[g] == 0) lo_[g] = first_zero(p, 1 << job.group_shift);
    }
  }

  // The bias of one bit is the minimum, and of equal zeros the first one, sign included.
  static float first_zero(const std::uint8_t* p, int n) {
    for (int i = 0; i < n; i += V::kLanes) {
      const F w = load<V, e>(p + std::size_t(i) * kSize<e>);
      const unsigned zeros = V::movemask(V::equal(w, V::zero()));
      if (zeros != 0) return (V::signs(w) & zeros & (~zeros + 1)) != 0 ? -0.0f : 0.0f;
    }
    return 0.0f;
  }

  void move_zero_to_a_code(F lo, F hi, F& scale, F& bias) const {
    const auto negative_side = V::less(V::abs(hi), V::abs(lo));
    const F step = V::select(negative_side, scale, V::sub(V::zero(), scale));
    const F edge = V::select(negative_side, lo, hi);
    const F zero_code = round(V::div(edge, step));
    const auto small = V::equal(zero_code, V::zero());
    scale = V::select(small, step, V::div(edge, zero_code));
    bias = V::select(small, V::zero(), edge);
  }

  template <Element stored>
  void store_line(const QuantizeJob& job, F scale, F bias, std::int64_t first_group, int count) {
    const auto at = static_cast<std::size_t>(first_group) * kSize<stored>;
    store_first<V, stored>(job.scales + at, scale, static_cast<std::size_t>(count));
    store_first<V, stored>(job.biases + at, bias, static_cast<std::size_t>(count));
    V::store(stored_scale_, round_to<V, stored>(scale));
    V::store(stored_bias_, round_to<V, stored>(bias));
  }

  float top_;
  float lo_[V::kLanes], hi_[V::kLanes];
  float scale_[V::kLanes], bias_[V::kLanes];                // what codes are chosen for
  float stored_scale_[V::kLanes], stored_bias_[V::kLanes];  // what the file holds
  bool any_weight_[V::kLanes];
};

}  // namespace
}  // namespace decibit::isa
