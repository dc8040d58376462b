// SPDX-License-Identifier: Apache-2.0
// The product that self-tests of products compute: a strided convolution over both ends of x, with
// taps out of order, a bias, and added to what y holds.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/self_test_weights.h"

namespace decibit {

struct SampleJob {
  static constexpr std::int64_t kFeatures = 5, kChannels = 128, kRows = 9, kOutRows = 5;
  static constexpr int kTaps = 2;
  static constexpr std::int64_t kTerms = kTaps * kChannels;  // of a sum

  SampleWeights w;
  float largest;  // |weight|
  std::vector<float> x = sample_floats(kRows * kChannels, 4), bias = sample_floats(kFeatures, 5);
  std::int32_t tap_row[kTaps] = {-2, 1}, tap_index[kTaps] = {1, 0};
  isa::GemmJob job = {};  // without y and scratch

  SampleJob(const SampleKind& kind, const isa::Prologue& prologue)
      : w(kind, kFeatures, kTerms), largest(kind.largest) {
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
  }
  SampleJob(const SampleJob&) = delete;
  SampleJob& operator=(const SampleJob&) = delete;

  static std::vector<float> y_before() {
    return std::vector<float>(static_cast<std::size_t>(kOutRows * kFeatures), 0.5f);
  }
  /// Within `relative` of the sum of products of the largest weights.
  bool agree(const std::vector<float>& got, const std::vector<float>& want, float relative) const {
    const float tolerance = relative * static_cast<float>(kTerms) * largest;
    for (std::size_t i = 0; i < got.size(); ++i)
      if (!(std::fabs(got[i] - want[i]) <= tolerance)) return false;
    return true;
  }
};

}  // namespace decibit
