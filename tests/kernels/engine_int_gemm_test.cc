// SPDX-License-Identifier: Apache-2.0
// Every table's integer products of many rows against the reference. Sums within a group are exact
// in every table, so tables differ by what draining rounds: a few roundings a group, relative to
// the magnitudes of scale * code and of the bias, which are larger than the weight's. Where a
// prologue rounds differently, a code may differ by one.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/int_gemm.h"
#include "kernels/kernel_table.h"
#include "kernels/matrix.h"
#include "kernels/reference/weight_value.h"
#include "random_job.h"
#include "test_matrix.h"

namespace decibit::testing {
namespace {

using isa::GemmJob;
using isa::Input;
using isa::IntGemm;
using isa::Prologue;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr Input kInputs[] = {Input::kI16, Input::kI8};

/// An IntGemm with its prepared input, as run_in_parts() takes a family. Rows are prepared in two
/// parts, the later ones first.
class PreparedGemm {
 public:
  PreparedGemm(const IntGemm& gemm, const GemmJob& job, Input input)
      : gemm_(gemm), input_(input), prepared_(nullptr, &std::free) {
    const std::size_t bytes = gemm.input_bytes(*job.w, input, job.channels, job.x_rows);
    prepared_.reset(std::aligned_alloc(64, (bytes + 63) / 64 * 64 + 64));
    const std::int64_t half = job.x_rows / 2;
    const auto prepare = [&](std::int64_t r0, std::int64_t r1) {
      gemm.prepare(*job.w, input, job.x, job.x_stride, job.x_rows, job.channels, job.prologue, r0,
                   r1, prepared_.get());
    };
    prepare(half, job.x_rows);
    prepare(0, half);
  }
  std::size_t scratch_bytes(const GemmJob& job) const { return gemm_.scratch_bytes(job, input_); }
  void multiply(GemmJob job) const {
    job.x = nullptr;  // ignored
    gemm_.multiply(job, input_, prepared_.get());
  }
  const void* prepared() const { return prepared_.get(); }

 private:
  const IntGemm& gemm_;
  Input input_;
  std::unique_ptr<void, decltype(&std::free)> prepared_;
};

/// |scale * code| + |bias| of every weight, where codes of the 4-bit floats are u = 2 * value + 12.
std::vector<float> term_magnitudes(const isa::Weights& w) {
  std::vector<float> values;
  for (std::int64_t n = 0; n < w.n; ++n)
    for (std::int64_t k = 0; k < w.k; ++k) {
      const double value = isa::weight_value(w, n, k);
      const std::int64_t group = k >> w.group_shift;
      double size = 0;
      if (w.kind == isa::WeightKind::kAffine) {
        const double bias = isa::element_value(w.scale, w.biases + n * w.scale_row_bytes, group);
        size = std::fabs(value - bias) + std::fabs(bias);
      } else {
        const std::uint8_t byte = w.scales[n * w.scale_row_bytes + group];
        size = 18 *
               std::fabs(w.kind == isa::WeightKind::kMxfp4 ? e8m0_decode(byte) : e4m3_decode(byte));
      }
      values.push_back(static_cast<float>(size));
    }
  return values;
}

struct TestJob : RandomJob {
  using RandomJob::RandomJob;

  std::vector<float> run(const IntGemm& gemm, Input input, std::int64_t t_step = 0,
                         std::int64_t n_step = 0) const {
    return run_in_parts(PreparedGemm(gemm, job, input), job, y, t_step == 0 ? job.t1 : t_step,
                        n_step == 0 ? job.n1 : n_step);
  }

  /// What roundings are relative to, like the product: sum |x| (|scale * code| + |bias|) and so on.
  std::vector<float> magnitudes() const {
    const std::vector<float> weights = term_magnitudes(w);
    const Matrix matrix =
        Matrix::dense(DType::kF32, reinterpret_cast<const std::byte*>(weights.data()), w.n, w.k);
    TestJob positive = *this;
    GemmJob& p = positive.job;
    for (float& b : positive.bias) b = std::fabs(b);
    for (float& v : positive.y) v = std::fabs(v);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i % static_cast<std::size_t>(job.x_stride);
      float& v = positive.x[i];
      v = std::fabs(v);
      if (c >= scale.size()) continue;
      if (p.prologue.scale != nullptr) v = std::fabs(scale[c]) * v + std::fabs(shift[c]);
      if (p.prologue.kind == Prologue::Kind::kSnake) v += inv_alpha[c];
    }
    p.w = &matrix.view();
    p.prologue = {};
    p.x = positive.x.data();
    if (p.bias != nullptr) p.bias = positive.bias.data();
    return run_in_parts(*find_table("reference")->gemm, p, positive.y, p.t1, p.n1);
  }

  void check(const std::string& what) const {
    const std::vector<float> size = magnitudes();
    const double groups = static_cast<double>(job.taps * (job.channels >> w.group_shift));
    for (const Input input : kInputs) {
      const std::vector<float> want = run(*find_table("reference")->int_gemm, input);
      double bound = (2 * groups + 8) * 0x1p-24;
      if (job.prologue.any()) bound += 1 / isa::kLargestCode[static_cast<int>(input)];
      for (const KernelTable* table : supported_tables()) {
        ASSERT_TRUE(table->int_gemm->supports(w, input));
        const std::vector<float> got = run(*table->int_gemm, input);
        for (std::size_t i = 0; i < got.size(); ++i)
          ASSERT_LE(std::fabs(double{got[i]} - want[i]), bound * size[i] + 1e-30)
              << fmt::format("{} {} input {}: y[{}] is {}, want {}", table->name, what,
                             static_cast<int>(input), i, got[i], want[i]);
      }
    }
  }
};

std::vector<Scheme> integer_schemes() {
  std::vector<Scheme> schemes;
  for (const Scheme& scheme : all_schemes())
    if (scheme.mode() != Mode::kMxfp8) schemes.push_back(scheme);
  return schemes;
}

Scheme scheme_of(const std::string& name) {
  for (const Scheme& scheme : all_schemes())
    if (to_string(scheme) == name) return scheme;
  throw std::invalid_argument(name);
}

TEST(EngineIntGemm, SupportsWhatIntegersHold) {
  std::mt19937 random(1);
  for (const KernelTable* table : supported_tables()) {
    for (const Scheme& scheme : all_schemes()) {
      const auto m = TestMatrix::quantized(scheme, DType::kF32, 2, 2 * scheme.group_size(), random);
      EXPECT_FALSE(table->int_gemm->supports(m.matrix.view(), Input::kF32));
      for (const Input input : kInputs)
        EXPECT_EQ(table->int_gemm->supports(m.matrix.view(), input), scheme.mode() != Mode::kMxfp8);
    }
    for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16})
      for (const Input input : kInputs)
        EXPECT_FALSE(table->int_gemm->supports(
            TestMatrix::dense(dtype, 2, 64, random).matrix.view(), input));
  }
}

TEST(EngineIntGemm, LinearOfEveryScheme) {
  std::mt19937 random(2);
  for (const Scheme& scheme : integer_schemes()) {
    for (const DType scale_dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
      if (!scheme.has_biases() && scale_dtype != DType::kF32) continue;
      for (const std::int64_t groups : {1, 3, 7, 20}) {
        for (const std::int64_t n : {1, 22, 40}) {
          const std::int64_t k = groups * scheme.group_size();
          const auto m = TestMatrix::quantized(scheme, scale_dtype, n, k, random);
          const Shape shape{.rows = n == 40 ? 14 : 9,
                            .channels = k,
                            .bias = groups != 7,
                            .add = groups == 3,
                            .x_gap = 3,
                            .y_gap = 5};
          TestJob(m.matrix.view(), shape, random)
              .check(fmt::format("{} scales {} n {} k {}", to_string(scheme), name(scale_dtype), n,
                                 k));
        }
      }
    }
  }
}

// The largest codes on both sides, whose sums come nearest to the end of an integer.
TEST(EngineIntGemm, LargestCodes) {
  std::mt19937 random(3);
  for (const Scheme& scheme : integer_schemes()) {
    for (const bool fp4_most_negative : {false, true}) {
      if (fp4_most_negative && scheme.has_biases()) continue;
      auto m = TestMatrix::quantized(scheme, DType::kF32, 33, 2 * scheme.group_size(), random);
      // e2m1: 6, which is 24 of 24.
      const auto byte = scheme.has_biases()
                            ? std::byte{0xFF}
                            : (fp4_most_negative ? std::byte{0xFF} : std::byte{0x77});
      for (std::byte& b : m.codes) b = byte;
      TestJob test(m.matrix.view(), {.rows = 8, .channels = 2 * scheme.group_size()}, random);
      const auto channels = static_cast<std::size_t>(test.job.channels);
      for (std::size_t i = 0; i < test.x.size(); ++i)
        test.x[i] = (i / channels % 2 == 0 ? 1.0f : -1.0f);
      test.check(fmt::format("{} largest", to_string(scheme)));
    }
  }
}

TEST(EngineIntGemm, AnyNumberOfRows) {
  std::mt19937 random(4);
  const Scheme scheme = Scheme::make(Mode::kAffine, 4, 64).value();
  const auto m = TestMatrix::quantized(scheme, DType::kF16, 40, 128, random);
  for (std::int64_t rows = 1; rows < 110; ++rows)
    TestJob(m.matrix.view(), {.rows = rows, .channels = 128}, random)
        .check(fmt::format("{} rows", rows));
}

struct Convolution {
  std::int64_t channels, features;
  int kernel, stride, dilation;
};

TEST(EngineIntGemm, Convolutions) {
  std::mt19937 random(5);
  for (const Convolution& c : {Convolution{64, 33, 3, 1, 1}, Convolution{192, 16, 7, 1, 3},
                               Convolution{64, 48, 3, 2, 1}, Convolution{128, 22, 12, 6, 1},
                               Convolution{32, 9, 130, 1, 1}, Convolution{64, 9, 3, 1, 700}}) {
    for (const char* name : {"4:32", "nvfp4", "6:32", "8:64"}) {
      const Scheme scheme = scheme_of(name);
      if (c.channels % scheme.group_size() != 0) continue;
      const auto m =
          TestMatrix::quantized(scheme, DType::kBF16, c.features, c.channels * c.kernel, random);
      const int padding = (c.kernel - 1) * c.dilation / 2;
      const Shape shape{.rows = 207,
                        .channels = c.channels,
                        .tap_row = Shape::taps(c.kernel, c.dilation, padding),
                        .stride = c.stride,
                        .x_rows = 206 * c.stride + 1};
      TestJob(m.matrix.view(), shape, random)
          .check(fmt::format("{} {} -> {} k{} s{} d{}", name, c.channels, c.features, c.kernel,
                             c.stride, c.dilation));
    }
  }
}

TEST(EngineIntGemm, Prologues) {
  std::mt19937 random(6);
  const Scheme scheme = Scheme::make(Mode::kAffine, 4, 32).value();
  const auto m = TestMatrix::quantized(scheme, DType::kF32, 20, 3 * 96, random);
  for (const auto kind :
       {Prologue::Kind::kNone, Prologue::Kind::kLeakyRelu, Prologue::Kind::kSnake})
    for (const bool affine : {false, true})
      TestJob(m.matrix.view(),
              {.rows = 30,
               .channels = 96,
               .tap_row = Shape::taps(3, 1, 1),
               .x_rows = 30,
               .kind = kind,
               .affine = affine},
              random)
          .check("prologue");
}

// A phase of a transposed convolution: taps in any order, rows of y apart from each other.
TEST(EngineIntGemm, PhaseOfTransposedConvolution) {
  std::mt19937 random(7);
  const Scheme scheme = Scheme::make(Mode::kAffine, 8, 64).value();
  const auto m = TestMatrix::quantized(scheme, DType::kBF16, 20, 6 * 64, random);
  const Shape shape{.rows = 50, .channels = 64, .tap_row = {0, -1, -2}, .x_rows = 48, .y_gap = 100};
  TestJob test(m.matrix.view(), shape, random);
  test.tap_index = {1, 3, 5};
  test.job.tap_index = test.tap_index.data();
  test.check("phase");
}

TEST(EngineIntGemm, SameBitsHoweverDivided) {
  std::mt19937 random(8);
  for (const char* name : {"4:64", "nvfp4", "6:32", "8:128"}) {
    const Scheme scheme = scheme_of(name);
    const auto linear = TestMatrix::quantized(scheme, DType::kBF16, 291, 1280, random);
    const auto convolution = TestMatrix::quantized(scheme, DType::kBF16, 70, 7 * 128, random);
    const TestJob jobs[] = {
        TestJob(linear.matrix.view(), {.rows = 203, .channels = 1280, .add = true}, random),
        TestJob(convolution.matrix.view(),
                {.rows = 203, .channels = 128, .tap_row = Shape::taps(7, 3, 9), .x_rows = 203},
                random)};
    for (const TestJob& job : jobs) {
      for (const KernelTable* table : supported_tables()) {
        if (table->name == "reference") continue;
        const IntGemm& gemm = *table->int_gemm;
        for (const Input input : kInputs) {
          const std::vector<float> want = job.run(gemm, input);
          for (const std::int64_t t_step : {1, 5, 17, 96, 100})
            for (const std::int64_t n_steps : {1, 3, 64}) {
              if (t_step == 1 && n_steps < 64) continue;  // slow, and nothing new
              ASSERT_EQ(job.run(gemm, input, t_step, n_steps * gemm.n_step), want)
                  << table->name << " " << name << " rows " << t_step << " features "
                  << n_steps * gemm.n_step;
            }
        }
      }
    }
  }
}

TEST(EngineIntGemm, NaNAndInfinityStayInTheirRowsAndFeatures) {
  std::mt19937 random(9);
  for (const char* name : {"4:64", "8:64", "mxfp4", "nvfp4"}) {
    const Scheme scheme = scheme_of(name);
    auto m = TestMatrix::quantized(scheme, DType::kF32, 33, 128, random);
    // The last scale, of feature 32.
    if (scheme.has_biases()) {
      store_element(DType::kF32, kNaN, m.scales.data() + 1, 33 * 2 - 1);
    } else {
      m.scales.back() = std::byte{0xFF};
    }
    TestJob test(m.matrix.view(), {.rows = 20, .channels = 128}, random);
    test.x[3 * 128 + 1] = kNaN;
    test.x[7 * 128 + 127] = kInfinity;
    test.x[8 * 128] = -kInfinity;
    for (const KernelTable* table : supported_tables())
      for (const Input input : kInputs) {
        const std::vector<float> y = test.run(*table->int_gemm, input);
        for (std::size_t t = 0; t < 20; ++t)
          for (std::size_t n = 0; n < 33; ++n)
            EXPECT_EQ(std::isfinite(y[t * 33 + n]), t != 3 && t != 7 && t != 8 && n != 32)
                << table->name << " " << name << " " << t << " " << n;
      }
  }
}

// Zeros, numbers too small to quantize, and numbers at both ends of float.
TEST(EngineIntGemm, OddSizesOfActivations) {
  std::mt19937 random(10);
  const Scheme scheme = Scheme::make(Mode::kAffine, 4, 32).value();
  const auto m = TestMatrix::quantized(scheme, DType::kF32, 17, 96, random);
  TestJob test(m.matrix.view(), {.rows = 6, .channels = 96, .bias = false}, random);
  const float sizes[] = {0, 0x1p-101f, 0x1p-126f, 0x1p-99f, 0x1p100f, 0x1p-30f};
  for (std::size_t i = 0; i < test.x.size(); ++i)
    if (i % 96 < 64) test.x[i] *= sizes[i / 96];
  test.check("sizes");
}

TEST(EngineIntGemm, SharesInputsBetweenWeightsOfOneLayout) {
  std::mt19937 random(11);
  for (const KernelTable* table : supported_tables()) {
    const IntGemm& gemm = *table->int_gemm;
    for (const Input input : kInputs)
      for (const Scheme& a : integer_schemes())
        for (const Scheme& b : integer_schemes()) {
          if (a.group_size() != b.group_size()) continue;
          const auto of_a = TestMatrix::quantized(a, DType::kBF16, 5, 128, random);
          const auto of_b = TestMatrix::quantized(b, DType::kF32, 9, 128, random);
          if (gemm.layout(of_a.matrix.view(), input) != gemm.layout(of_b.matrix.view(), input))
            continue;
          TestJob test_b(of_b.matrix.view(), {.rows = 4, .channels = 128}, random);
          TestJob test_a(of_a.matrix.view(), {.rows = 4, .channels = 128}, random);
          test_a.x = test_b.x;
          const PreparedGemm from_a(gemm, test_a.job, input);
          struct Family {
            const PreparedGemm& scratch;
            const IntGemm& gemm;
            Input input;
            const void* prepared;
            std::size_t scratch_bytes(const GemmJob& job) const {
              return scratch.scratch_bytes(job);
            }
            void multiply(const GemmJob& job) const { gemm.multiply(job, input, prepared); }
          };
          EXPECT_EQ(run_in_parts(Family{from_a, gemm, input, from_a.prepared()}, test_b.job,
                                 test_b.y, 4, 9),
                    test_b.run(gemm, input))
              << table->name << " " << to_string(a) << " " << to_string(b);
        }
  }
}

TEST(EngineIntGemm, ScratchIsBounded) {
  std::mt19937 random(12);
  for (const KernelTable* table : supported_tables())
    for (const Scheme& scheme : integer_schemes())
      for (const int taps : {1, 3, 11, 128})
        for (const std::int64_t channels : {128, 1024, 5120}) {
          const std::byte some = {};
          const Matrix matrix =
              Matrix::quantized(scheme, &some, &some, DType::kF32,
                                scheme.has_biases() ? &some : nullptr, 4096, taps * channels);
          const auto rows = Shape::taps(taps, 5, 0);
          GemmJob job = {};
          job.w = &matrix.view();
          job.channels = channels;
          job.taps = taps;
          job.tap_row = rows.data();
          job.stride = 2;
          for (const Input input : kInputs)
            EXPECT_LE(table->int_gemm->scratch_bytes(job, input), (taps > 11 ? 2000u : 1500u) << 10)
                << to_string(scheme) << " " << taps << " x " << channels;
        }
}

}  // namespace
}  // namespace decibit::testing
