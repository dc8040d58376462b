// SPDX-License-Identifier: Apache-2.0
// A random job of gemm.h with its buffers, for tests.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/gemm.h"
#include "test_matrix.h"

namespace decibit::testing {

struct Shape {
  std::int64_t rows, channels;
  std::vector<std::int32_t> tap_row = {0};
  std::int64_t stride = 1;
  std::int64_t x_rows = 0;  // 0: as many as rows need
  isa::Prologue::Kind kind = isa::Prologue::Kind::kNone;
  bool affine = false;
  bool bias = true, add = false;
  bool scaled = false;                // feature_scale
  std::int64_t x_gap = 0, y_gap = 0;  // beyond the channels and features of a row

  static std::vector<std::int32_t> taps(int kernel, int dilation, int padding) {
    std::vector<std::int32_t> rows;
    for (int j = 0; j < kernel; ++j) rows.push_back(j * dilation - padding);
    return rows;
  }
};

/// A job with its buffers; a copy refers to those of the original.
struct RandomJob {
  const isa::Weights& w;
  std::vector<std::int32_t> tap_row, tap_index;
  std::vector<float> x, bias, scale, shift, alpha, inv_alpha, feature_scale, y;
  isa::GemmJob job = {};

  RandomJob(const isa::Weights& weights, const Shape& s, std::mt19937& random)
      : w(weights), tap_row(s.tap_row) {
    for (std::size_t tap = 0; tap < tap_row.size(); ++tap)
      tap_index.push_back(static_cast<std::int32_t>(tap));
    const std::int64_t x_rows =
        s.x_rows != 0 ? s.x_rows : (s.rows - 1) * s.stride + tap_row.back() + 1;
    const std::int64_t x_stride = s.channels + s.x_gap, y_stride = w.n + s.y_gap;
    x = normals((x_rows - 1) * x_stride + s.channels, 1, random);
    bias = normals(w.n, 1, random);
    scale = normals(s.channels, 1, random);
    shift = normals(s.channels, 1, random);
    alpha = normals(s.channels, 1, random);
    for (float& a : alpha) {
      a = 0.3f + std::fabs(a);
      inv_alpha.push_back(1 / a);
    }
    y = normals((s.rows - 1) * y_stride + w.n, 1, random);
    job.w = &w;
    job.channels = s.channels;
    job.taps = static_cast<int>(tap_row.size());
    job.tap_row = tap_row.data();
    job.tap_index = tap_index.data();
    job.stride = s.stride;
    job.x = x.data();
    job.x_stride = x_stride;
    job.x_rows = x_rows;
    job.prologue.kind = s.kind;
    job.prologue.scale = s.affine ? scale.data() : nullptr;
    job.prologue.shift = s.affine ? shift.data() : nullptr;
    job.prologue.slope = 0.2f;
    job.prologue.alpha = alpha.data();
    job.prologue.inv_alpha = inv_alpha.data();
    job.bias = s.bias ? bias.data() : nullptr;
    job.y_stride = y_stride;
    job.add = s.add;
    job.t1 = s.rows;
    job.n1 = w.n;
    if (!s.scaled) return;
    feature_scale = normals(w.n, 3, random);
    job.feature_scale = feature_scale.data();
  }
};

}  // namespace decibit::testing
