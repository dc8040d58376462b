// SPDX-License-Identifier: Apache-2.0
// Steps of an LSTM. For each block of kLanes units, the four gates are summed over k in eight
// chains (even and odd k), enough to hide the latency of an FMA; the functions follow in registers,
// and overlap with the loads of the next block. Blocks are taken in turn from first to last and
// from last to first: what a step read last, the next one finds in the nearest cache, even where
// the weights are larger than the cache.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/lstm.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/lstm_weights.h"
#include "kernels/simd/math.h"

namespace decibit::isa {
namespace {

/// Where one step reads and writes.
struct LstmStep {
  std::int64_t hidden;
  const std::uint8_t* unpacked;
  const float* gates;
  const float* h;  // of the step before
  float* y;        // h of this step
  float* c;
};

/// Units [unit, unit + kLanes), or fewer.
template <class V, class Gates>
void lstm_block(const LstmStep& s, std::int64_t unit) {
  typename V::F even[4], odd[4], w[4];
  for (int g = 0; g < 4; ++g) even[g] = odd[g] = V::zero();
  const std::uint8_t* p = s.unpacked + unit / V::kLanes * s.hidden * Gates::kBytes;
  const auto step = [&](std::int64_t k, typename V::F(&sum)[4]) __attribute__((always_inline)) {
    const auto h = V::set(s.h[k]);
    Gates::load(p + k * Gates::kBytes, w);
    for (int g = 0; g < 4; ++g) sum[g] = V::fma(h, w[g], sum[g]);
  };
  std::int64_t k = 0;
  for (; k + 4 <= s.hidden; k += 4) {
    step(k, even);
    step(k + 1, odd);
    step(k + 2, even);
    step(k + 3, odd);
  }
  for (; k < s.hidden; ++k) step(k, k % 2 == 0 ? even : odd);

  const std::int64_t count = s.hidden - unit;
  const auto z = [&](std::int64_t g) __attribute__((always_inline)) {
    return V::add(load_some<V>(s.gates + g * s.hidden + unit, count), V::add(even[g], odd[g]));
  };
  const auto kept = V::mul(sigmoid<V>(z(1)), load_some<V>(s.c + unit, count));
  const auto c = V::fma(sigmoid<V>(z(0)), tanh<V>(z(2)), kept);
  store_some<V>(s.c + unit, c, count);
  store_some<V>(s.y + unit, V::mul(sigmoid<V>(z(3)), tanh<V>(c)), count);
}

template <class V, class Gates>
void lstm_steps(const LstmJob& job) {
  const std::int64_t blocks = ceil_div(job.hidden, V::kLanes);
  const float* h = job.h;
  for (std::int64_t i = 0; i < job.steps; ++i) {
    const std::int64_t t = job.reverse ? job.steps - 1 - i : i;
    float* const y = job.y + t * job.y_stride;
    const LstmStep step = {job.hidden,
                           static_cast<const std::uint8_t*>(job.unpacked),
                           job.gates + t * job.gates_stride,
                           h,
                           y,
                           job.c};
    for (std::int64_t b = 0; b < blocks; ++b)
      lstm_block<V, Gates>(step, (i % 2 == 0 ? b : blocks - 1 - b) * V::kLanes);
    h = y;
  }
  if (job.steps > 0)
    for (std::int64_t u = 0; u < job.hidden; ++u) job.h[u] = h[u];
}

template <class V>
void lstm_run(const LstmJob& job) {
  visit_gates<V>(job.wh->kind, [&](auto gates) { lstm_steps<V, decltype(gates)>(job); });
}

}  // namespace
}  // namespace decibit::isa
