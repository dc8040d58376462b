// SPDX-License-Identifier: Apache-2.0
#include "dsp/fft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace decibit {
namespace {

using Complex = RealFft::Complex;

class Sizes : public testing::TestWithParam<std::size_t> {
 protected:
  Sizes()
      : n_(GetParam()), fft_(n_), x_(n_), spectrum_(fft_.bins()), scratch_(fft_.scratch_size()) {
    std::mt19937 random(static_cast<unsigned>(n_));
    std::normal_distribution<double> normal;
    for (double& v : x_) v = normal(random);
  }
  std::size_t n_;
  RealFft fft_;
  std::vector<double> x_;
  std::vector<Complex> spectrum_, scratch_;
};

TEST_P(Sizes, IsTheDefinition) {
  fft_.forward(x_, spectrum_, scratch_);
  const long double turn = 2 * std::numbers::pi_v<long double> / static_cast<long double>(n_);
  for (std::size_t k = 0; k < fft_.bins(); ++k) {
    std::complex<long double> want = 0;
    for (std::size_t j = 0; j < n_; ++j)
      want += std::polar<long double>(1, -turn * static_cast<long double>(j * k % n_)) *
              static_cast<long double>(x_[j]);
    const double error =
        static_cast<double>(std::abs(want - std::complex<long double>(spectrum_[k])));
    EXPECT_LT(error, 1e-14 * static_cast<double>(n_)) << "bin " << k;
  }
  EXPECT_EQ(spectrum_[0].imag(), 0);
  EXPECT_FALSE(std::signbit(spectrum_[0].imag()));
  if (n_ % 2 == 0) {
    EXPECT_EQ(spectrum_.back().imag(), 0);
    EXPECT_FALSE(std::signbit(spectrum_.back().imag()));
  }
}

TEST_P(Sizes, InverseGivesTheSignalBack) {
  fft_.forward(x_, spectrum_, scratch_);
  spectrum_[0] += Complex(0, 5);  // ignored
  if (n_ % 2 == 0) spectrum_.back() += Complex(0, -7);
  std::vector<double> back(n_);
  fft_.inverse(spectrum_, back, scratch_);
  for (std::size_t j = 0; j < n_; ++j) EXPECT_NEAR(back[j], x_[j], 1e-14 * static_cast<double>(n_));
}

INSTANTIATE_TEST_SUITE_P(Fft, Sizes,
                         testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 20, 21, 22,
                                         25, 30, 49, 77, 100, 128, 169, 320, 400, 480, 512, 1000,
                                         1024));

TEST(Fft, ANotANumberStaysOne) {
  const RealFft fft(20);
  std::vector<double> x(20, 1.0);
  x[3] = std::nan("");
  std::vector<Complex> spectrum(fft.bins()), scratch(fft.scratch_size());
  fft.forward(x, spectrum, scratch);
  for (const Complex& bin : spectrum) EXPECT_TRUE(std::isnan(bin.real()));
}

}  // namespace
}  // namespace decibit
