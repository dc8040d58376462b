// SPDX-License-Identifier: Apache-2.0
// Every kind of weights that integers hold, and a strided convolution over the ends of x, on
// activations of both widths, and a prologue against the reference.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/self_test.h"
#include "kernels/self_test_weights.h"

namespace decibit {
namespace {

using isa::GemmJob;
using isa::Input;
using isa::Prologue;

constexpr std::int64_t kFeatures = 5, kChannels = 128, kRows = 9, kOutRows = 5;
constexpr int kTaps = 2;

std::vector<float> run(const isa::IntGemm& gemm, GemmJob job, Input input) {
  std::vector<float> y(static_cast<std::size_t>(kOutRows * kFeatures), 0.5f);
  AlignedScratch prepared(gemm.input_bytes(*job.w, input, job.channels, job.x_rows));
  AlignedScratch scratch(gemm.scratch_bytes(job, input));
  gemm.prepare(*job.w, input, job.x, job.x_stride, job.x_rows, job.channels, job.prologue, 0,
               job.x_rows, prepared.data());
  job.scratch = scratch.data();
  job.y = y.data();
  gemm.multiply(job, input, prepared.data());
  return y;
}

/// `relative`: to the sum of products of the largest weights.
bool agrees(const isa::IntGemm& gemm, const SampleKind& kind, Input input, const Prologue& prologue,
            float relative) {
  constexpr std::int64_t k = kTaps * kChannels;
  const SampleWeights w(kind, kFeatures, k);
  if (!gemm.supports(w.view(), input)) return true;
  const auto x = sample_floats(kRows * kChannels, 4), bias = sample_floats(kFeatures, 5);
  const std::int32_t tap_row[kTaps] = {-2, 1}, tap_index[kTaps] = {1, 0};
  GemmJob job = {};
  job.w = &w.view();
  job.channels = kChannels;
  job.taps = kTaps;
  job.tap_row = tap_row;
  job.tap_index = tap_index;
  job.stride = 2;
  job.x = x.data();
  job.x_stride = kChannels;
  job.x_rows = kRows;
  job.prologue = prologue;
  job.bias = bias.data();
  job.y_stride = kFeatures;
  job.add = true;
  job.t1 = kOutRows;
  job.n1 = kFeatures;
  const auto got = run(gemm, job, input), want = run(isa::kReferenceIntGemm, job, input);
  const float tolerance = relative * static_cast<float>(k) * kind.largest;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::fabs(got[i] - want[i]) <= tolerance)) return false;
  return true;
}

}  // namespace

std::string self_test(const isa::IntGemm& gemm) {
  const char* const inputs[] = {"f32", "int16", "int8"};
  for (const SampleKind& kind : sample_kinds())
    for (const Input input : {Input::kI16, Input::kI8})
      if (!agrees(gemm, kind, input, {}, 2e-6f))
        return std::string(kind.name) + " times " + inputs[static_cast<int>(input)];
  const auto scale = sample_floats(kChannels, 6), shift = sample_floats(kChannels, 7);
  // A code of x may be the next one, where the prologue rounds differently.
  const Prologue prologue = {
      Prologue::Kind::kLeakyRelu, scale.data(), shift.data(), 0.2f, nullptr, nullptr};
  for (const SampleKind& kind : sample_kinds())
    if (kind.kind == isa::WeightKind::kAffine && kind.bits == 4)
      if (!agrees(gemm, kind, Input::kI16, prologue, 1e-5f)) return "prologue";
  return {};
}

}  // namespace decibit
