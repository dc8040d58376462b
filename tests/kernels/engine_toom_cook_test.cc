// SPDX-License-Identifier: Apache-2.0
// Toom-Cook convolutions of every table against the direct sum in double: at most 3e-5 of the
// largest output, on Gaussian inputs and on snakes of them. Buffers have exactly their size and odd
// addresses, so that a sanitizer sees one byte too many.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/kernel_table.h"
#include "kernels/matrix.h"
#include "kernels/simd/toom_cook_points.h"
#include "kernels/toom_cook.h"
#include "test_matrix.h"

namespace decibit::testing {
namespace {

using isa::GemmJob;
using isa::Prologue;
using isa::ToomCook;

// The contract; the largest seen below is 1.1e-5 (11 taps, channels of very different sizes).
constexpr double kTolerance = 3e-5;

struct Shape {
  std::int64_t rows, channels;
  int taps, dilation = 1;
  Prologue::Kind kind = Prologue::Kind::kNone;
  bool affine = false, bias = true, add = false;
  std::int64_t gap = 0;  // of rows of x and y
};

struct TestJob {
  std::vector<std::int32_t> tap_row, tap_index;
  std::vector<float> x, bias, scale, shift, alpha, inv_alpha, y;
  GemmJob job = {};

  TestJob(const Matrix& matrix, const Shape& s, std::mt19937& random) {
    for (int j = 0; j < s.taps; ++j) {
      tap_row.push_back((j - (s.taps - 1) / 2) * s.dilation);
      tap_index.push_back(j);
    }
    const std::int64_t n = matrix.n();
    job.x_stride = s.channels + s.gap;
    job.y_stride = n + s.gap;
    x = normals((s.rows - 1) * job.x_stride + s.channels, 1, random);
    y = normals((s.rows - 1) * job.y_stride + n, 1, random);
    bias = normals(n, 1, random);
    scale = normals(s.channels, 1, random);
    shift = normals(s.channels, 1, random);
    alpha = normals(s.channels, 0.5f, random);
    for (float& a : alpha) {
      a = std::exp(a);
      inv_alpha.push_back(1 / a);
    }
    job.w = &matrix.view();
    job.channels = s.channels;
    job.taps = s.taps;
    job.tap_row = tap_row.data();
    job.tap_index = tap_index.data();
    job.stride = 1;
    job.x = x.data();
    job.x_rows = s.rows;
    job.prologue = {s.kind,
                    s.affine ? scale.data() : nullptr,
                    s.affine ? shift.data() : nullptr,
                    0.1f,
                    alpha.data(),
                    inv_alpha.data()};
    job.bias = s.bias ? bias.data() : nullptr;
    job.add = s.add;
    job.t1 = s.rows;
    job.n1 = n;
  }
  TestJob(const TestJob&) = delete;

  std::vector<float> run(const ToomCook& table, std::int64_t t_step = 1 << 20,
                         std::int64_t n_step = 1 << 20) const {
    EXPECT_LT(table.scratch_bytes(job), std::size_t{6} << 20);
    return run_in_parts(table, job, y, t_step, n_step);
  }

  void check(const std::string& what) const {
    const std::vector<float> want = run(*find_table("reference")->toom_cook);
    double largest = 0;
    for (const float v : want) largest = std::max(largest, std::fabs(double{v}));
    for (const KernelTable* table : supported_tables()) {
      if (!table->toom_cook->supports(job)) continue;
      const std::vector<float> got = run(*table->toom_cook);
      for (std::size_t i = 0; i < got.size(); ++i)
        ASSERT_LE(std::fabs(double{got[i]} - want[i]), kTolerance * largest)
            << fmt::format("{} {}: y[{}] is {}, want {}; largest {}", table->name, what, i, got[i],
                           want[i], largest);
    }
  }
};

// sum_p a_p^i (a_p^j / f_p) b_p[l] = 1 if l = i + j, else 0.
template <class P>
void check_identity() {
  using Tables = isa::ToomCookTables<P>;
  constexpr Tables kTables;
  constexpr int kPoints = Tables::kPoints;
  for (int i = 0; i < P::kOutputs; ++i) {
    for (int j = 0; j < P::kTaps; ++j) {
      for (int l = 0; l < kPoints; ++l) {
        // The point 0.
        double sum = i == 0 && j == 0 && l % 2 == 0 && l / 2 <= P::kPairs
                         ? kTables.tap_zero * kTables.z[l / 2]
                         : 0;
        for (int q = 0; q < P::kPairs; ++q) {
          const int k = (l - 1) / 2;  // of Q
          if (l == 0 || k >= P::kPairs) continue;
          const double b = l % 2 == 0 ? kTables.q[q][k] : kTables.pair[q] * kTables.q[q][k];
          const double plus = kTables.power[q][i] * kTables.tap[q][j] * b;
          sum += plus + ((i + j + l) % 2 == 0 ? plus : -plus);
        }
        if (Tables::kInfinity && i == P::kOutputs - 1 && j == P::kTaps - 1 && l % 2 == 1)
          sum += kTables.z[l / 2];
        ASSERT_NEAR(sum, l == i + j ? 1 : 0, 1e-12) << i << " " << j << " " << l;
      }
    }
  }
}

TEST(EngineToomCook, PointsGiveTheSlidingProduct) {
  check_identity<isa::Points3>();
  check_identity<isa::Points7>();
  check_identity<isa::Points11>();
}

TEST(EngineToomCook, EveryKernelDilationAndPrologue) {
  std::mt19937 random(1);
  for (const int taps : {3, 7, 11}) {
    for (const int dilation : {1, 2, 3, 5}) {
      for (const auto kind :
           {Prologue::Kind::kNone, Prologue::Kind::kLeakyRelu, Prologue::Kind::kSnake}) {
        const std::int64_t channels = dilation == 1 ? 130 : 67, n = dilation == 3 ? 64 : 37;
        const auto m = TestMatrix::dense(DType::kF32, n, taps * channels, random);
        const Shape shape{.rows = 134 + 101 * dilation,
                          .channels = channels,
                          .taps = taps,
                          .dilation = dilation,
                          .kind = kind,
                          .affine = dilation != 2,
                          .bias = dilation<3, .add = dilation> 1,
                          .gap = dilation - 1};
        TestJob(m.matrix, shape, random).check(fmt::format("{} taps dilation {}", taps, dilation));
      }
    }
  }
}

TEST(EngineToomCook, EveryKindOfWeights) {
  std::mt19937 random(2);
  const Shape shape{.rows = 200, .channels = 128, .taps = 3};
  for (const DType dtype : {DType::kF16, DType::kBF16})
    TestJob(TestMatrix::dense(dtype, 35, 3 * 128, random).matrix, shape, random)
        .check(std::string(name(dtype)));
  for (const Scheme& scheme : all_schemes()) {
    const auto m = TestMatrix::quantized(scheme, DType::kBF16, 35, 3 * 128, random);
    TestJob(m.matrix, shape, random).check(to_string(scheme));
  }
}

// More weights than are kept: panels are transformed anew for every chunk.
TEST(EngineToomCook, ManyWeights) {
  std::mt19937 random(7);
  const auto m = TestMatrix::dense(DType::kF32, 261, 11 * 320, random);
  TestJob(m.matrix, {.rows = 205, .channels = 320, .taps = 11, .dilation = 2}, random)
      .check("many weights");
}

TEST(EngineToomCook, KokoroShapes) {
  std::mt19937 random(3);
  for (const std::int64_t channels : {128, 256}) {
    for (const int taps : {3, 7, 11}) {
      const auto m = TestMatrix::dense(DType::kF32, 32, taps * channels, random);
      const Shape shape{.rows = 640,
                        .channels = channels,
                        .taps = taps,
                        .dilation = 3,
                        .kind = Prologue::Kind::kSnake,
                        .affine = true};
      TestJob job(m.matrix, shape, random);
      // Some channels far larger than the others.
      for (std::size_t c = 0; c < job.scale.size(); c += 64) job.scale[c] *= 50;
      const std::vector<float> feature_scale = normals(32, 3, random);
      job.job.feature_scale = feature_scale.data();
      job.check(fmt::format("{} channels {} taps", channels, taps));
    }
  }
}

TEST(EngineToomCook, SameBitsHoweverDivided) {
  std::mt19937 random(4);
  for (const int taps : {3, 7, 11}) {
    const auto m = TestMatrix::dense(DType::kF32, 150, taps * 40, random);
    const Shape shape{.rows = 401, .channels = 40, .taps = taps, .dilation = 3};
    const TestJob job(m.matrix, shape, random);
    for (const KernelTable* table : supported_tables()) {
      const ToomCook& toom_cook = *table->toom_cook;
      const std::vector<float> want = job.run(toom_cook);
      for (const std::int64_t t_step : {7, 60, 131})
        for (const std::int64_t n_steps : {1, 3})
          ASSERT_EQ(job.run(toom_cook, t_step, n_steps * toom_cook.n_step), want)
              << table->name << " rows " << t_step << " features " << n_steps * toom_cook.n_step;
    }
  }
}

TEST(EngineToomCook, NanReachesItsTilesOnly) {
  std::mt19937 random(5);
  for (const int taps : {3, 7, 11}) {
    const auto m = TestMatrix::dense(DType::kF32, 33, taps * 40, random);
    TestJob job(m.matrix, {.rows = 300, .channels = 40, .taps = taps}, random);
    job.x[150 * 40 + 7] = std::numeric_limits<float>::quiet_NaN();
    for (const KernelTable* table : supported_tables()) {
      const std::vector<float> y = job.run(*table->toom_cook);
      for (std::int64_t t = 0; t < 300; ++t) {
        const float v = y[static_cast<std::size_t>(t * 33 + 32)];
        const std::int64_t distance = std::abs(t - 150);
        const bool reads_it = distance <= (taps - 1) / 2, far = distance > taps + 6;
        ASSERT_FALSE(reads_it && !std::isnan(v)) << table->name << " row " << t;
        ASSERT_FALSE(far && std::isnan(v)) << table->name << " row " << t;
      }
    }
  }
}

TEST(EngineToomCook, RefusesWhatItCannotDo) {
  std::mt19937 random(6);
  const auto m = TestMatrix::dense(DType::kF32, 64, 7 * 64, random);
  for (const KernelTable* table : supported_tables()) {
    if (table->name == "reference") continue;
    const ToomCook& toom_cook = *table->toom_cook;
    TestJob job(m.matrix, {.rows = 2000, .channels = 64, .taps = 7}, random);
    EXPECT_TRUE(toom_cook.supports(job.job)) << table->name;
    GemmJob other = job.job;
    other.stride = 2;
    EXPECT_FALSE(toom_cook.supports(other));
    other = job.job;
    other.taps = 5;
    EXPECT_FALSE(toom_cook.supports(other));
    other = job.job;
    other.x_rows = 8;
    EXPECT_FALSE(toom_cook.supports(other));
    job.tap_row[3] += 1;
    EXPECT_FALSE(toom_cook.supports(job.job));
    job.tap_row[3] -= 1;
    std::swap(job.tap_index[0], job.tap_index[1]);
    EXPECT_FALSE(toom_cook.supports(job.job));
  }
}

}  // namespace
}  // namespace decibit::testing
