// SPDX-License-Identifier: Apache-2.0
// One small convolution of each kernel size against the reference: whole and partial tiles and
// panels, zeros outside x, every prologue.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/self_test.h"
#include "kernels/self_test_weights.h"

namespace decibit {
namespace {

using isa::Prologue;

constexpr std::int64_t kRows = 30, kChannels = 36, kFeatures = 35;

std::vector<float> convolve(const isa::ToomCook& toom_cook, isa::GemmJob job) {
  AlignedScratch scratch(toom_cook.scratch_bytes(job));
  std::vector<float> y(static_cast<std::size_t>(kRows * kFeatures), 0.5f);
  job.scratch = scratch.data();
  job.y = y.data();
  toom_cook.multiply(job);
  return y;
}

bool agrees(const isa::ToomCook& toom_cook, int taps, std::int32_t dilation, Prologue::Kind kind) {
  const auto weights = sample_floats(kFeatures * taps * kChannels, 1, 0.1f);
  const auto x = sample_floats(kRows * kChannels, 2, 1), bias = sample_floats(kFeatures, 3, 1),
             scale = sample_floats(kChannels, 4, 2), shift = sample_floats(kChannels, 5, 1);
  const std::vector<float> alpha(kChannels, 2.0f), inv_alpha(kChannels, 0.5f);
  std::vector<std::int32_t> tap_row, tap_index;
  for (int j = 0; j < taps; ++j) {
    tap_row.push_back((j - taps / 2) * dilation);
    tap_index.push_back(j);
  }
  const isa::Weights w = {isa::WeightKind::kF32,
                          32,
                          0,
                          isa::Element::kF32,
                          kFeatures,
                          taps * kChannels,
                          reinterpret_cast<const std::uint8_t*>(weights.data()),
                          std::int64_t{4} * taps * kChannels,
                          nullptr,
                          nullptr,
                          0};
  isa::GemmJob job = {};
  job.w = &w;
  job.channels = kChannels;
  job.taps = taps;
  job.tap_row = tap_row.data();
  job.tap_index = tap_index.data();
  job.stride = 1;
  job.x = x.data();
  job.x_stride = kChannels;
  job.x_rows = kRows;
  job.prologue = {kind, scale.data(), shift.data(), 0.1f, alpha.data(), inv_alpha.data()};
  job.bias = bias.data();
  job.y_stride = kFeatures;
  job.add = true;
  job.t1 = kRows;
  job.n1 = kFeatures;
  const auto want = convolve(isa::kReferenceToomCook, job), got = convolve(toom_cook, job);
  float largest = 0;
  for (const float v : want) largest = std::fmax(largest, std::fabs(v));
  for (std::size_t i = 0; i < want.size(); ++i)
    if (!(std::fabs(got[i] - want[i]) <= 3e-5f * largest)) return false;
  return true;
}

}  // namespace

std::string self_test(const isa::ToomCook& toom_cook) {
  if (!agrees(toom_cook, 3, 1, Prologue::Kind::kSnake)) return "convolution of 3 taps";
  if (!agrees(toom_cook, 7, 2, Prologue::Kind::kLeakyRelu)) return "convolution of 7 taps";
  if (!agrees(toom_cook, 11, 1, Prologue::Kind::kNone)) return "convolution of 11 taps";
  return {};
}

}  // namespace decibit
