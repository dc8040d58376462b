// SPDX-License-Identifier: Apache-2.0
// Three rows of every kind of weights against the reference, for one, four and five rows of x:
// every unpacking, pairs of rows and single ones, and rows whose end fills no block.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/self_test.h"
#include "kernels/self_test_weights.h"

namespace decibit {
namespace {

using isa::Input;

constexpr std::int64_t kRows = 3, kInputs = 5;

// One row of blocks and an end that fills none, of whole groups: dense rows may be odd.
std::int64_t columns(const SampleKind& kind) {
  if (kind.group_shift == 0) return 101;
  const std::int64_t group = std::int64_t{1} << kind.group_shift;
  return group == 16 ? 7 * group : group <= 64 ? 3 * group : group;
}

std::vector<float> product(const isa::Matvec& matvec, const isa::Weights& w, Input input,
                           const std::vector<float>& x, std::int64_t m) {
  AlignedScratch scratch(matvec.input_bytes(w, input, m));
  void* const prepared = scratch.data();
  std::vector<float> y(static_cast<std::size_t>(m * kRows));
  matvec.prepare(w, input, x.data(), w.k, m, prepared);
  matvec.multiply({&w, prepared, m, nullptr, y.data(), kRows, 0, kRows, false}, input);
  return y;
}

bool agrees(const isa::Matvec& matvec, const SampleKind& kind, Input input) {
  const std::int64_t k = columns(kind);
  const SampleWeights weights(kind, kRows, k);
  const isa::Weights& w = weights.view();
  if (!matvec.supports(w, input)) return true;
  const std::vector<float> x = sample_floats(kInputs * k, 4);

  const std::vector<float> want = product(isa::kReferenceMatvec, w, input, x, kInputs);
  const float tolerance = 2e-6f * static_cast<float>(k) * kind.largest;
  for (const std::int64_t m : {std::int64_t{1}, std::int64_t{4}, kInputs}) {
    const std::vector<float> got = product(matvec, w, input, x, m);
    for (std::size_t i = 0; i < got.size(); ++i)
      if (!(std::fabs(got[i] - want[i]) <= tolerance)) return false;
  }
  return true;
}

}  // namespace

std::string self_test(const isa::Matvec& matvec) {
  const char* const inputs[] = {"f32", "int16", "int8"};
  for (const SampleKind& kind : sample_kinds())
    for (const Input input : {Input::kF32, Input::kI16, Input::kI8})
      if (!agrees(matvec, kind, input))
        return std::string(kind.name) + " times " + inputs[static_cast<int>(input)];
  return {};
}

}  // namespace decibit
