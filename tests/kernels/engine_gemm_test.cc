// SPDX-License-Identifier: Apache-2.0
// Every table's products of many rows against the reference, in double. A chain of K products and
// sums in float errs by less than (K + 3) 2^-24 sum |x w|; the bound here adds what a prologue's
// few roundings do. Buffers have exactly their size and odd addresses, so that a sanitizer sees one
// byte too many.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "kernels/kernel_table.h"
#include "kernels/matrix.h"
#include "kernels/reference/weight_value.h"
#include "quant/element.h"
#include "random_job.h"
#include "test_matrix.h"

namespace decibit::testing {
namespace {

using isa::Gemm;
using isa::GemmJob;
using isa::Prologue;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct TestJob : RandomJob {
  using RandomJob::RandomJob;

  std::vector<float> run(const Gemm& gemm, std::int64_t t_step = 0, std::int64_t n_step = 0) const {
    return run_in_parts(gemm, job, y, t_step == 0 ? job.t1 : t_step, n_step == 0 ? job.n1 : n_step);
  }

  /// With rows packed `pack_steps` steps at a time.
  std::vector<float> run_packed(const Gemm& gemm, std::int64_t pack_steps,
                                std::int64_t t_step) const {
    const std::size_t bytes = (gemm.packed_bytes(job.channels, job.x_rows) + 63) / 64 * 64;
    const std::unique_ptr<void, decltype(&std::free)> packed(std::aligned_alloc(64, bytes),
                                                             &std::free);
    auto* const out = static_cast<float*>(packed.get());
    for (std::int64_t r = 0; r < job.x_rows; r += pack_steps * gemm.pack_step)
      gemm.pack(job.x, job.x_stride, job.channels, r,
                std::min(r + pack_steps * gemm.pack_step, job.x_rows), out);
    GemmJob with = job;
    with.packed = out;
    return run_in_parts(gemm, with, y, t_step, job.n1);
  }

  /// sum |x w| + |bias| + |y|, where |x| counts everything that a prologue rounds.
  std::vector<float> magnitudes() const {
    std::vector<float> weights;
    for (std::int64_t n = 0; n < w.n; ++n)
      for (std::int64_t k = 0; k < w.k; ++k)
        weights.push_back(static_cast<float>(std::fabs(isa::weight_value(w, n, k))));
    const Matrix matrix =
        Matrix::dense(DType::kF32, reinterpret_cast<const std::byte*>(weights.data()), w.n, w.k);
    std::mt19937 random(1);
    TestJob positive = *this;
    for (float& b : positive.bias) b = std::fabs(b);
    for (float& v : positive.y) v = std::fabs(v);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i % static_cast<std::size_t>(job.x_stride);
      float& v = positive.x[i];
      v = std::fabs(v);
      if (c >= scale.size()) continue;
      if (job.prologue.scale != nullptr) v = std::fabs(scale[c]) * v + std::fabs(shift[c]);
      if (job.prologue.kind == Prologue::Kind::kSnake) v += 4 * inv_alpha[c] * (1 + alpha[c] * v);
    }
    for (float& v : positive.feature_scale) v = std::fabs(v);
    GemmJob& p = positive.job;
    if (p.feature_scale != nullptr) p.feature_scale = positive.feature_scale.data();
    p.w = &matrix.view();
    p.prologue = {};
    p.x = positive.x.data();
    if (p.bias != nullptr) p.bias = positive.bias.data();
    return positive.run(*find_table("reference")->gemm);
  }

  void check(const std::string& what) const {
    const std::vector<float> want = run(*find_table("reference")->gemm), size = magnitudes();
    const double bound = static_cast<double>(job.taps * job.channels + 8) * 0x1p-24;
    for (const KernelTable* table : supported_tables()) {
      const std::vector<float> got = run(*table->gemm);
      for (std::size_t i = 0; i < got.size(); ++i)
        ASSERT_LE(std::fabs(double{got[i]} - want[i]), bound * size[i] + 1e-30)
            << fmt::format("{} {}: y[{}] is {}, want {}", table->name, what, i, got[i], want[i]);
    }
  }
};

TEST(EngineGemm, LinearOfEveryScheme) {
  std::mt19937 random(1);
  for (const Scheme& scheme : all_schemes()) {
    for (const DType scale_dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
      if (!scheme.has_biases() && scale_dtype != DType::kF32) continue;
      for (const std::int64_t groups : {1, 3, 7}) {
        for (const std::int64_t n : {1, 22, 40}) {
          const std::int64_t k = groups * scheme.group_size();
          const auto m = TestMatrix::quantized(scheme, scale_dtype, n, k, random);
          const Shape shape{.rows = n == 40 ? 14 : 9, .channels = k, .add = groups == 3};
          TestJob(m.matrix.view(), shape, random)
              .check(fmt::format("{} scales {} n {} k {}", to_string(scheme), name(scale_dtype), n,
                                 k));
        }
      }
    }
  }
}

TEST(EngineGemm, DenseOfEverySize) {
  std::mt19937 random(2);
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (const std::int64_t k : {1, 2, 3, 5, 8, 31, 80, 384, 385, 1025}) {
      for (const std::int64_t n : {1, 7, 16, 17, 33, 300}) {
        if (n * k > 100000) continue;
        const auto m = TestMatrix::dense(dtype, n, k, random);
        const Shape shape{.rows = 11, .channels = k, .bias = n % 2 == 0, .x_gap = 3, .y_gap = 5};
        TestJob(m.matrix.view(), shape, random)
            .check(fmt::format("{} n {} k {}", name(dtype), n, k));
      }
    }
  }
}

TEST(EngineGemm, AnyNumberOfRows) {
  std::mt19937 random(3);
  const auto m = TestMatrix::dense(DType::kF32, 48, 20, random);
  for (std::int64_t rows = 1; rows < 110; ++rows)
    TestJob(m.matrix.view(), {.rows = rows, .channels = 20}, random)
        .check(fmt::format("{} rows", rows));
}

struct Convolution {
  std::int64_t channels, features;
  int kernel, stride, dilation;
};

void PrintTo(const Convolution& c, std::ostream* out) {
  *out << fmt::format("{} -> {} k{} s{} d{}", c.channels, c.features, c.kernel, c.stride,
                      c.dilation);
}

class EngineGemmConvolution : public ::testing::TestWithParam<Convolution> {};

TEST_P(EngineGemmConvolution, EqualsReference) {
  const Convolution& c = GetParam();
  std::mt19937 random(4);
  const auto m = TestMatrix::dense(DType::kBF16, c.features, c.channels * c.kernel, random);
  for (const auto kind :
       {Prologue::Kind::kNone, Prologue::Kind::kLeakyRelu, Prologue::Kind::kSnake}) {
    for (const bool affine : {false, true}) {
      const int padding = (c.kernel - 1) * c.dilation / 2;
      Shape shape{.rows = 107,
                  .channels = c.channels,
                  .tap_row = Shape::taps(c.kernel, c.dilation, padding),
                  .stride = c.stride,
                  .x_rows = 106 * c.stride + 1,
                  .kind = kind,
                  .affine = affine};
      TestJob(m.matrix.view(), shape, random).check("convolution");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, EngineGemmConvolution,
    ::testing::Values(Convolution{24, 32, 3, 1, 1}, Convolution{40, 33, 7, 1, 3},
                      Convolution{70, 16, 11, 1, 5}, Convolution{80, 48, 3, 2, 1},  // Whisper's
                      Convolution{22, 32, 12, 6, 1},                                // noise_convs
                      Convolution{128, 22, 7, 1, 1},                                // conv_post
                      Convolution{1, 1, 3, 2, 1},                                   // F0_conv
                      Convolution{1, 5, 1, 1, 1}, Convolution{3, 9, 130, 1, 1},     // many taps
                      Convolution{3, 9, 3, 1, 700}));                               // far apart

TEST(EngineGemm, PackedRowsGiveTheSameBits) {
  std::mt19937 random(11);
  for (const std::int64_t channels : {1, 3, 64, 130, 832}) {
    const auto m = TestMatrix::dense(DType::kF16, 70, channels, random);
    for (const std::int64_t rows : {1, 5, 6, 7, 11, 12, 13, 24, 95, 97, 203}) {
      for (const bool add : {false, true}) {
        const TestJob test(
            m.matrix.view(),
            {.rows = rows, .channels = channels, .add = add, .scaled = add, .x_gap = 3}, random);
        for (const KernelTable* table : supported_tables()) {
          const Gemm& gemm = *table->gemm;
          const std::vector<float> want = test.run(gemm);
          ASSERT_EQ(test.run_packed(gemm, 1, gemm.pack_step), want)
              << table->name << " " << rows << " x " << channels;
          ASSERT_EQ(test.run_packed(gemm, 3, 4 * gemm.pack_step), want)
              << table->name << " " << rows << " x " << channels;
        }
      }
    }
  }
}

// A phase of a transposed convolution: taps in any order, rows of y apart from each other.
TEST(EngineGemm, PhaseOfTransposedConvolution) {
  std::mt19937 random(5);
  const auto m = TestMatrix::dense(DType::kF32, 20, 6 * 24, random);
  Shape shape{.rows = 50, .channels = 24, .tap_row = {0, -1, -2}, .x_rows = 48, .y_gap = 100};
  TestJob test(m.matrix.view(), shape, random);
  test.tap_index = {1, 3, 5};
  test.job.tap_index = test.tap_index.data();
  test.check("phase");
}

TEST(EngineGemm, QuantizedConvolution) {
  std::mt19937 random(6);
  for (const Scheme& scheme : all_schemes()) {
    if (scheme.group_size() > 64) continue;
    const auto m = TestMatrix::quantized(scheme, DType::kF16, 18, 3 * 192, random);
    const Shape shape{.rows = 20,
                      .channels = 192,
                      .tap_row = Shape::taps(3, 1, 1),
                      .x_rows = 20,
                      .scaled = scheme.group_size() == 32};
    TestJob(m.matrix.view(), shape, random).check(to_string(scheme));
  }
}

TEST(EngineGemm, SameBitsHoweverDivided) {
  std::mt19937 random(7);
  const Scheme scheme = Scheme::make(Mode::kAffine, 4, 64).value();
  const auto linear = TestMatrix::quantized(scheme, DType::kBF16, 291, 832, random);
  const auto convolution = TestMatrix::dense(DType::kF32, 150, 7 * 128, random);
  const Shape linear_shape{.rows = 203, .channels = 832, .add = true};
  const Shape convolution_shape{
      .rows = 203, .channels = 128, .tap_row = Shape::taps(7, 3, 9), .x_rows = 203};
  const TestJob jobs[] = {TestJob(linear.matrix.view(), linear_shape, random),
                          TestJob(convolution.matrix.view(), convolution_shape, random)};
  for (const TestJob& job : jobs) {
    for (const KernelTable* table : supported_tables()) {
      const Gemm& gemm = *table->gemm;
      const std::vector<float> want = job.run(gemm);
      for (const std::int64_t t_step : {1, 5, 17, 96, 100})
        for (const std::int64_t n_steps : {1, 3, 64}) {
          if (t_step == 1 && n_steps < 64) continue;  // slow, and nothing new
          ASSERT_EQ(job.run(gemm, t_step, n_steps * gemm.n_step), want)
              << table->name << " rows " << t_step << " features " << n_steps * gemm.n_step;
        }
    }
  }
}

TEST(EngineGemm, NaNAndInfinityStayInTheirRowsAndFeatures) {
  std::mt19937 random(8);
  auto m = TestMatrix::dense(DType::kF32, 33, 70, random);
  store_element(DType::kF32, kNaN, m.codes.data() + 1, 32 * 70 + 5);
  TestJob test(m.matrix.view(), {.rows = 20, .channels = 70}, random);
  test.x[3 * 70 + 1] = kNaN;
  test.x[7 * 70 + 69] = kInfinity;
  for (const KernelTable* table : supported_tables()) {
    const std::vector<float> y = test.run(*table->gemm);
    for (std::size_t t = 0; t < 20; ++t)
      for (std::size_t n = 0; n < 33; ++n)
        EXPECT_EQ(std::isnan(y[t * 33 + n]), t == 3 || n == 32) << table->name << t << " " << n;
    for (std::size_t n = 0; n < 32; ++n) EXPECT_TRUE(std::isinf(y[7 * 33 + n]));
  }
}

// Every code and scale of the fp modes, NaN among them: products with one. Where a weight of a
// feature is not finite in float, its products with the zeros of other rows are NaN.
TEST(EngineGemm, EveryCodeOfFloatFormats) {
  std::mt19937 random(9);
  for (const Mode mode : {Mode::kMxfp4, Mode::kMxfp8, Mode::kNvfp4}) {
    const Scheme scheme = Scheme::make(mode, {}, {}).value();
    auto m = TestMatrix::quantized(scheme, DType::kF32, 256, 32, random);
    for (std::size_t i = 0; i < m.codes.size() - 1; ++i)
      m.codes[i + 1] = static_cast<std::byte>(i * 7 + i / 256);
    for (std::size_t i = 0; i < m.scales.size() - 1; ++i)
      m.scales[i + 1] = static_cast<std::byte>(i);
    TestJob test(m.matrix.view(), {.rows = 32, .channels = 32, .bias = false}, random);
    for (std::size_t t = 0; t < 32; ++t)
      for (std::size_t k = 0; k < 32; ++k) test.x[t * 32 + k] = t == k ? 1.0f : 0.0f;
    const std::vector<float> want = test.run(*find_table("reference")->gemm);
    for (const KernelTable* table : supported_tables()) {
      const std::vector<float> got = test.run(*table->gemm);
      std::vector<bool> finite(256, true);
      for (std::size_t i = 0; i < got.size(); ++i)
        if (!std::isfinite(want[i])) finite[i % 256] = false;
      for (std::size_t i = 0; i < got.size(); ++i)
        ASSERT_TRUE(finite[i % 256] ? got[i] == want[i]
                                    : std::isfinite(want[i]) || !std::isfinite(got[i]))
            << fmt::format("{} {} [{}] is {}, want {}", table->name, to_string(scheme), i, got[i],
                           want[i]);
    }
  }
}

TEST(EngineGemm, ScratchIsBounded) {
  std::mt19937 random(10);
  for (const KernelTable* table : supported_tables()) {
    for (const int taps : {1, 3, 11, 128}) {
      for (const std::int64_t channels : {1, 22, 128, 1024, 5120}) {
        const Matrix matrix = Matrix::dense(DType::kF32, nullptr, 4096, taps * channels);
        const auto rows = Shape::taps(taps, 5, 0);
        GemmJob job = {};
        job.w = &matrix.view();
        job.channels = channels;
        job.taps = taps;
        job.tap_row = rows.data();
        job.stride = 2;
        EXPECT_LE(table->gemm->scratch_bytes(job), 1500u << 10) << taps << " x " << channels;
      }
    }
  }
}

}  // namespace
}  // namespace decibit::testing
