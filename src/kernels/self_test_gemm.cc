// SPDX-License-Identifier: Apache-2.0
// Every kind of weights, a strided convolution over the ends of x, and every prologue against the
// reference.
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
using isa::Prologue;

constexpr std::int64_t kFeatures = 5, kChannels = 128, kRows = 9, kOutRows = 5;
constexpr int kTaps = 2;

std::vector<float> run(const isa::Gemm& gemm, GemmJob job) {
  std::vector<float> y(static_cast<std::size_t>(kOutRows * kFeatures), 0.5f);
  AlignedScratch scratch(gemm.scratch_bytes(job));
  job.scratch = scratch.data();
  job.y = y.data();
  gemm.multiply(job);
  return y;
}

bool agrees(const isa::Gemm& gemm, const SampleKind& kind, const Prologue& prologue) {
  constexpr std::int64_t k = kTaps * kChannels;
  const SampleWeights w(kind, kFeatures, k);
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
  const auto got = run(gemm, job), want = run(isa::kReferenceGemm, job);
  const float tolerance = 2e-6f * static_cast<float>(k) * kind.largest;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::fabs(got[i] - want[i]) <= tolerance)) return false;
  return true;
}

}  // namespace

std::string self_test(const isa::Gemm& gemm) {
  for (const SampleKind& kind : sample_kinds())
    if (!agrees(gemm, kind, {})) return kind.name;
  const auto scale = sample_floats(kChannels, 6), shift = sample_floats(kChannels, 7);
  std::vector<float> alpha, inverse;
  for (const float s : scale) {
    alpha.push_back(s + 1.5f);
    inverse.push_back(1 / alpha.back());
  }
  for (const auto kind :
       {Prologue::Kind::kNone, Prologue::Kind::kLeakyRelu, Prologue::Kind::kSnake}) {
    const Prologue prologue = {kind, scale.data(), shift.data(),
                               0.2f, alpha.data(), inverse.data()};
    if (!agrees(gemm, sample_kinds().front(), prologue))
      return "prologue " + std::to_string(static_cast<int>(kind));
  }
  return {};
}

}  // namespace decibit
