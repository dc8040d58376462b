// SPDX-License-Identifier: Apache-2.0
// Every table's pointwise functions against the reference, whose definitions are in double.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/kernel_table.h"
#include "kernels/reference/reference.h"

namespace decibit {
namespace {

using isa::Element;
using isa::Function;
using isa::Pointwise;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> normal_values(std::size_t n, unsigned seed = 1, float scale = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, scale);
  std::vector<float> x(n);
  for (float& v : x) v = normal(random);
  return x;
}

class EachTable : public testing::TestWithParam<const KernelTable*> {
 protected:
  const Pointwise& kernels() const { return *GetParam()->pointwise; }
  static const Pointwise& reference() { return isa::kReferencePointwise; }

  void expect_near(const std::vector<float>& got, const std::vector<float>& want, float tolerance) {
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (std::isnan(want[i])) {
        EXPECT_TRUE(std::isnan(got[i])) << i;
      } else if (std::isinf(want[i])) {
        EXPECT_EQ(got[i], want[i]) << i;
      } else {
        EXPECT_NEAR(got[i], want[i], tolerance * std::max(1.0f, std::abs(want[i]))) << i;
      }
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Pointwise, EachTable, testing::ValuesIn(supported_tables()),
                         [](const auto& tested) { return std::string(tested.param->name); });

// Largest error in units of the last place of the true value, over a dense sample of all floats.
struct Accuracy {
  Function f;
  const char* name;
  float low, high;
  double ulp;       // where the function has relative accuracy, else 0
  double absolute;  // relative to max(|x|, 1e-30) for the gated functions
};
constexpr Accuracy kAccuracies[] = {
    {Function::kExp, "exp", -87.3f, 88.7f, 1.0, 0},
    {Function::kSin, "sin", -1e5f, 1e5f, 1.6, 0},
    {Function::kCos, "cos", -1e5f, 1e5f, 1.6, 0},
    {Function::kTanh, "tanh", -100, 100, 1.4, 0},
    {Function::kSigmoid, "sigmoid", -87, 100, 2.5, 0},
    {Function::kSilu, "silu", -1e30f, 1e30f, 0, 2e-7},
    {Function::kGeluErf, "gelu (erf)", -1e18f, 1e18f, 0, 4e-7},
    {Function::kGeluTanh, "gelu (tanh)", -1e12f, 1e12f, 0, 4e-7},
};

TEST_P(EachTable, FunctionsAreAsAccurateAsDocumented) {
  constexpr std::uint32_t kStep = 4999;
  std::vector<float> x;
  for (std::uint32_t bits = 0; bits < 0x7F800000u; bits += kStep)
    for (const std::uint32_t sign : {0u, 0x80000000u})
      x.push_back(std::bit_cast<float>(bits | sign));
  std::vector<float> got(x.size()), want(x.size());
  for (const Accuracy& a : kAccuracies) {
    kernels().apply(a.f, x.data(), x.size(), got.data());
    reference().apply(a.f, x.data(), x.size(), want.data());
    double worst = 0;
    float at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (x[i] < a.low || x[i] > a.high) continue;
      const double error = std::abs(double{got[i]} - double{want[i]});
      const double unit =
          a.ulp > 0 ? std::ldexp(1, std::max(std::ilogb(std::abs(want[i]) + 1e-38f), -126) - 23)
                    : std::max(std::abs(double{x[i]}), 1e-30);
      if (error / unit > worst) {
        worst = error / unit;
        at = x[i];
      }
    }
    // half a unit more: the reference is rounded too
    EXPECT_LE(worst, a.ulp > 0 ? a.ulp + 0.5 : a.absolute) << a.name << " at " << at;
    RecordProperty(a.name, std::to_string(worst));
  }
}

TEST_P(EachTable, FunctionsOfSpecialValues) {
  const std::vector<float> x = {0.0f, -0.0f, kInfinity, -kInfinity, std::nanf(""), 1e-40f, -1e-40f};
  for (const Function f :
       {Function::kExp, Function::kSin, Function::kCos, Function::kTanh, Function::kSigmoid,
        Function::kSilu, Function::kGeluErf, Function::kRelu}) {
    std::vector<float> got(x.size()), want(x.size());
    kernels().apply(f, x.data(), x.size(), got.data());
    reference().apply(f, x.data(), x.size(), want.data());
    expect_near(got, want, 1e-6f);
  }
}

TEST_P(EachTable, ArraysOfAnyLengthInPlaceAndNoFurther) {
  for (std::size_t n = 0; n < 40; ++n) {
    const auto x = normal_values(n), y = normal_values(n, 2);
    std::vector<float> want(n);
    const auto check = [&](auto call) {
      call(reference(), x.data(), want.data());
      std::vector<float> got(x);
      got.push_back(7);
      call(kernels(), got.data(), got.data());
      EXPECT_EQ(got.back(), 7);
      got.pop_back();
      expect_near(got, want, 1e-6f);
    };
    check([&](const Pointwise& p, const float* in, float* out) {
      p.apply(Function::kTanh, in, n, out);
    });
    check([&](const Pointwise& p, const float* in, float* out) { p.leaky_relu(0.1f, in, n, out); });
    check([&](const Pointwise& p, const float* in, float* out) { p.add(in, y.data(), n, out); });
    check([&](const Pointwise& p, const float* in, float* out) {
      p.add_scaled(in, -0.3f, y.data(), n, out);
    });
    check(
        [&](const Pointwise& p, const float* in, float* out) { p.multiply(in, y.data(), n, out); });
    check([&](const Pointwise& p, const float* in, float* out) { p.scale(3, in, n, out); });
  }
}

// [rows, n] with strides: the functions that take such are called with one signature.
struct Rows {
  std::int64_t rows, n, x_stride, out_stride;
};
class EachShape : public EachTable {
 protected:
  template <class Call>
  void check(Call call, float tolerance, float scale = 1) {
    for (const Rows& s :
         {Rows{3, 1, 1, 1}, Rows{2, 7, 9, 8}, Rows{5, 16, 16, 20}, Rows{4, 33, 40, 33},
          Rows{2, 128, 128, 128}, Rows{3, 515, 600, 515}, Rows{1, 1500, 1500, 1500}}) {
      auto x = normal_values(static_cast<std::size_t>(s.rows * s.x_stride), 3, scale);
      const auto size = static_cast<std::size_t>((s.rows - 1) * s.out_stride + s.n);
      std::vector<float> got(size, -5), want(size, -5);
      call(reference(), s, x, want.data());
      call(kernels(), s, x, got.data());
      expect_near(got, want, tolerance);  // what lies between the rows stays
      // A row alone gives the same bits.
      const Rows last{1, s.n, s.x_stride, s.out_stride};
      std::vector<float> alone(static_cast<std::size_t>(s.n));
      const std::vector<float> last_row(x.begin() + (s.rows - 1) * s.x_stride, x.end());
      call(kernels(), last, last_row, alone.data());
      for (std::int64_t i = 0; i < s.n; ++i)
        EXPECT_EQ(alone[static_cast<std::size_t>(i)],
                  got[static_cast<std::size_t>((s.rows - 1) * s.out_stride + i)]);
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Pointwise, EachShape, testing::ValuesIn(supported_tables()),
                         [](const auto& tested) { return std::string(tested.param->name); });

TEST_P(EachShape, Norms) {
  const auto weight = normal_values(1500, 5), bias = normal_values(1500, 6);
  check(
      [&](const Pointwise& p, const Rows& s, const std::vector<float>& x, float* out) {
        p.layer_norm(x.data(), s.x_stride, s.rows, s.n, weight.data(), bias.data(), 1e-5f, out,
                     s.out_stride);
      },
      3e-6f);
  check(
      [&](const Pointwise& p, const Rows& s, const std::vector<float>& x, float* out) {
        p.layer_norm(x.data(), s.x_stride, s.rows, s.n, nullptr, nullptr, 1e-12f, out,
                     s.out_stride);
      },
      3e-6f);
  check(
      [&](const Pointwise& p, const Rows& s, const std::vector<float>& x, float* out) {
        p.rms_norm(x.data(), s.x_stride, s.rows, s.n, weight.data(), 1e-5f, out, s.out_stride);
      },
      3e-6f);
}

TEST_P(EachShape, Softmax) {
  check([&](const Pointwise& p, const Rows& s, const std::vector<float>& x,
            float* out) { p.softmax(x.data(), s.x_stride, s.rows, s.n, out, s.out_stride); },
        1e-6f, 10);
  check([&](const Pointwise& p, const Rows& s, const std::vector<float>& x,
            float* out) { p.log_softmax(x.data(), s.x_stride, s.rows, s.n, out, s.out_stride); },
        1e-6f, 10);
}

TEST_P(EachShape, ChannelFunctions) {
  const auto scale = normal_values(1500, 7), shift = normal_values(1500, 8);
  auto alpha = normal_values(1500, 9), inverse = alpha;
  for (std::size_t c = 0; c < alpha.size(); ++c) {
    alpha[c] = std::abs(alpha[c]) + 0.1f;
    inverse[c] = 1 / alpha[c];
  }
  check(
      [&](const Pointwise& p, const Rows& s, const std::vector<float>& x, float* out) {
        p.affine(x.data(), s.x_stride, s.rows, s.n, scale.data(), shift.data(), out, s.out_stride);
      },
      1e-6f);
  check(
      [&](const Pointwise& p, const Rows& s, const std::vector<float>& x, float* out) {
        p.snake(x.data(), s.x_stride, s.rows, s.n, scale.data(), shift.data(), alpha.data(),
                inverse.data(), out, s.out_stride);
      },
      3e-6f, 10);
  check(
      [&](const Pointwise& p, const Rows& s, const std::vector<float>& x, float* out) {
        p.snake(x.data(), s.x_stride, s.rows, s.n, nullptr, nullptr, alpha.data(), inverse.data(),
                out, s.out_stride);
      },
      3e-6f, 10);
}

TEST_P(EachTable, SoftmaxOfMaskedRows) {
  std::vector<float> x = {1, -kInfinity, 2, -kInfinity, 0.5f}, got(5), want(5);
  kernels().softmax(x.data(), 5, 1, 5, got.data(), 5);
  reference().softmax(x.data(), 5, 1, 5, want.data(), 5);
  expect_near(got, want, 1e-6f);
  EXPECT_EQ(got[1], 0);
  x.assign(5, -kInfinity);
  kernels().softmax(x.data(), 5, 1, 5, got.data(), 5);
  EXPECT_TRUE(std::isnan(got[0]));
  x = {1, 2, std::nanf(""), 3, 4};
  kernels().softmax(x.data(), 5, 1, 5, got.data(), 5);
  for (const float v : got) EXPECT_TRUE(std::isnan(v));
}

TEST_P(EachTable, ChannelSums) {
  for (const std::int64_t channels : {1, 8, 31, 64, 130, 256}) {
    const std::int64_t stride = channels + 3, rows = 50;
    const auto x = normal_values(static_cast<std::size_t>(stride * rows));
    std::vector<double> sums(static_cast<std::size_t>(channels), 0.5), squares = sums;
    auto want_sums = sums, want_squares = squares;
    for (const auto& [r0, r1] : {std::pair{0, 20}, std::pair{20, 50}}) {
      kernels().channel_sums(x.data(), stride, r0, r1, channels, sums.data(), squares.data());
      reference().channel_sums(x.data(), stride, r0, r1, channels, want_sums.data(),
                               want_squares.data());
    }
    for (std::size_t c = 0; c < sums.size(); ++c) {
      EXPECT_NEAR(sums[c], want_sums[c], 1e-12);
      EXPECT_NEAR(squares[c], want_squares[c], 1e-11);
    }
  }
}

TEST_P(EachTable, Rope) {
  for (const bool interleaved : {false, true})
    for (const std::int64_t half : {1, 8, 13, 32, 64}) {
      const std::int64_t rows = 3, stride = 2 * half + 5;
      auto got = normal_values(static_cast<std::size_t>(rows * stride)), want = got;
      const auto cosines = normal_values(static_cast<std::size_t>(rows * half), 4);
      const auto sines = normal_values(static_cast<std::size_t>(rows * half), 5);
      kernels().rope(got.data(), stride, rows, half, cosines.data(), sines.data(), interleaved);
      reference().rope(want.data(), stride, rows, half, cosines.data(), sines.data(), interleaved);
      expect_near(got, want, 1e-6f);
    }
}

TEST_P(EachTable, Depthwise) {
  for (const std::int64_t channels : {1, 8, 21, 64})
    for (const int stride : {1, 2})
      for (const int dilation : {1, 3}) {
        const int taps = 3, padding = 2;
        const std::int64_t rows = 11;
        const auto x = normal_values(static_cast<std::size_t>(rows * channels));
        const auto w = normal_values(static_cast<std::size_t>(taps * channels), 2);
        const auto bias = normal_values(static_cast<std::size_t>(channels), 3);
        const std::int64_t out_rows = (rows + 2 * padding - dilation * (taps - 1) - 1) / stride + 1;
        const auto size = static_cast<std::size_t>(out_rows * channels);
        std::vector<float> got(size), want(size);
        for (const float* b : {bias.data(), static_cast<const float*>(nullptr)}) {
          const auto call = [&](const Pointwise& p, std::int64_t t0, std::int64_t t1, float* y) {
            p.depthwise(x.data(), channels, rows, channels, w.data(), taps, stride, dilation,
                        padding, b, t0, t1, y, channels);
          };
          call(kernels(), 0, 2, got.data());
          call(kernels(), 2, out_rows, got.data());
          call(reference(), 0, out_rows, want.data());
          expect_near(got, want, 1e-6f);
        }
      }
}

TEST_P(EachTable, HalfPrecisionOfAnyLengthAndAlignment) {
  for (const Element e : {Element::kF32, Element::kF16, Element::kBF16}) {
    const std::size_t size = e == Element::kF32 ? 4 : 2;
    for (std::size_t n = 0; n < 70; n += n < 20 ? 1 : 7) {
      const auto x = normal_values(n, 1, 100);
      std::vector<std::uint8_t> got(n * size + 1, 9), want(n * size + 1, 9);
      kernels().narrow(x.data(), n, e, got.data() + 1);
      reference().narrow(x.data(), n, e, want.data() + 1);
      EXPECT_EQ(got, want);
      std::vector<float> back(n), want_back(n);
      kernels().widen(e, got.data() + 1, n, back.data());
      reference().widen(e, want.data() + 1, n, want_back.data());
      EXPECT_EQ(back, want_back);
    }
  }
}

}  // namespace
}  // namespace decibit
