// SPDX-License-Identifier: Apache-2.0
// A few steps with every kind of weights, both ways, and a number of units that fills no vector,
// against the reference.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/self_test.h"
#include "kernels/self_test_weights.h"

namespace decibit {
namespace {

constexpr std::int64_t kSteps = 2;

/// y, then h and c after the last step.
std::vector<float> run(const isa::Lstm& lstm, const isa::Weights& w, bool reverse, float size) {
  const std::int64_t hidden = w.k;
  const auto gates = sample_floats(kSteps * 4 * hidden, 4, 2);
  // So small that sums of weights of any size stay where gates are not saturated.
  auto h = sample_floats(hidden, 5, size), c = sample_floats(hidden, 6);
  std::vector<float> y(static_cast<std::size_t>(kSteps * hidden));
  AlignedScratch unpacked(lstm.unpacked_bytes(w));
  lstm.unpack(w, unpacked.data());
  lstm.run({&w, unpacked.data(), hidden, kSteps, gates.data(), 4 * hidden, reverse, y.data(),
            hidden, h.data(), c.data()});
  y.insert(y.end(), h.begin(), h.end());
  y.insert(y.end(), c.begin(), c.end());
  return y;
}

bool agrees(const isa::Lstm& lstm, const SampleKind& kind, std::int64_t hidden, bool reverse) {
  const SampleWeights w(kind, 4 * hidden, hidden);
  const float size = 1 / (kind.largest * static_cast<float>(hidden));
  const auto got = run(lstm, w.view(), reverse, size);
  const auto want = run(isa::kReferenceLstm, w.view(), reverse, size);
  // Only the first step's h is small: after that, errors of the sums grow with the weights.
  const float tolerance = 2e-6f * static_cast<float>(hidden) * kind.largest;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::fabs(got[i] - want[i]) <= tolerance)) return false;
  return true;
}

}  // namespace

std::string self_test(const isa::Lstm& lstm) {
  for (const SampleKind& kind : sample_kinds()) {
    if (kind.group_shift > 5) continue;  // unpacked by the functions of Gemm, whose test has them
    if (!agrees(lstm, kind, 32, kind.bits % 2 == 0)) return kind.name;
    if (kind.group_shift == 0 && !agrees(lstm, kind, 19, true)) return kind.name;
  }
  return {};
}

}  // namespace decibit
