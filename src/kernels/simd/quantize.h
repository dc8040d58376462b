// SPDX-License-Identifier: Apache-2.0
// A row in panels of kLanes groups: first the rule fits scales and biases of all groups of a panel,
// one group per lane, so that their divisions are vector divisions too; then it encodes the
// weights, which are still in the first cache. The error is summed on the way, in double.
//
// A Rule has
//   void fit(const QuantizeJob&, const std::uint8_t* weights, std::int64_t first_group, int count)
//   I encode(F weights, std::int64_t group_of_panel, F* value)   value: what the codes decode to
//   bool any_weight(int group_of_panel)                          was any weight not zero?
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/pack.h"

namespace decibit::isa {
namespace {

template <class V>
struct Errors {
  typename V::Sum signal = V::sum_zero();
  typename V::Sum noise = V::sum_zero();
  bool any_value[V::kLanes];  // of each group of the panel: does it decode to anything but zero?
};

// Encodes 32 weights (16 at the end of an nvfp4 row) from the `start`-th of the panel on.
template <int kCount, class V, Element e, class Rule>
void encode_block(Rule& rule, const std::uint8_t* weights, std::int64_t start, int group_shift,
                  Packer& packer, Errors<V>& errors) {
  typename V::I codes[32 / V::kLanes] = {};
  for (int j = 0; j < kCount / V::kLanes; ++j) {
    const std::int64_t at = start + j * V::kLanes;
    const std::int64_t group = at >> group_shift;
    const auto w = load<V, e>(weights + at * static_cast<std::int64_t>(kSize<e>));
    typename V::F value;
    codes[j] = rule.encode(w, group, &value);
    V::add_squares(errors.signal, w);
    V::add_squares(errors.noise, V::sub(w, value));
    errors.any_value[group] |= V::any_nonzero(value);
  }
  packer.write(V::bytes32(codes), kCount);
}

template <class V, Element e, class Rule>
Sums quantize_row(const QuantizeJob& job) {
  const std::int64_t groups = job.k >> job.group_shift;
  Packer packer(job.bits, job.codes, job.k * job.bits / 8);
  Errors<V> errors;
  Sums sums;
  Rule rule;
  for (std::int64_t first = 0; first < groups; first += V::kLanes) {
    const int count = static_cast<int>(groups - first < V::kLanes ? groups - first : V::kLanes);
    const std::uint8_t* weights =
        job.weights + (first << job.group_shift) * static_cast<std::int64_t>(kSize<e>);
    rule.fit(job, weights, first, count);
    for (bool& any : errors.any_value) any = false;
    const std::int64_t n = std::int64_t{count} << job.group_shift;
    std::int64_t at = 0;
    for (; at + 32 <= n; at += 32)
      encode_block<32, V, e>(rule, weights, at, job.group_shift, packer, errors);
    if (at < n) encode_block<16, V, e>(rule, weights, at, job.group_shift, packer, errors);
    for (int g = 0; g < count; ++g)
      if (!errors.any_value[g] && rule.any_weight(g)) ++sums.zeroed_groups;
  }
  sums.signal = V::total(errors.signal);
  sums.noise = V::total(errors.noise);
  // A scale that overflowed to infinity decodes to NaN: nothing of the signal is left.
  if (!(sums.noise >= 0)) sums.noise = __builtin_inf();
  return sums;
}

/// The largest magnitude of each of `count` groups.
template <class V, Element e>
void largest_magnitudes(const std::uint8_t* weights, int group_shift, int count, float* amax) {
  for (int g = 0; g < V::kLanes; ++g) amax[g] = 0;
  for (int g = 0; g < count; ++g) {
    const std::uint8_t* p = weights + (std::size_t(g) << group_shift) * kSize<e>;
    auto m = V::zero();
    for (int i = 0; i < 1 << group_shift; i += V::kLanes)
      m = V::max(m, V::abs(load<V, e>(p + std::size_t(i) * kSize<e>)));
    amax[g] = V::reduce_max(m);
  }
}

}  // namespace
}  // namespace decibit::isa
