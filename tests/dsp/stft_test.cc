// SPDX-License-Identifier: Apache-2.0
#include "dsp/stft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "dsp/window.h"

namespace decibit {
namespace {

using Complex = Stft::Complex;

std::vector<float> noise(std::size_t samples) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> x(samples);
  for (float& v : x) v = normal(random);
  return x;
}

std::vector<Complex> spectra(const Stft& stft, const std::vector<float>& signal) {
  const std::int64_t frames = stft.frames(static_cast<std::int64_t>(signal.size()));
  std::vector<Complex> all(static_cast<std::size_t>(frames) * stft.bins());
  std::vector<Complex> scratch(stft.scratch_size());
  for (std::int64_t f = 0; f < frames; ++f)
    stft.forward(signal, f,
                 std::span(all).subspan(static_cast<std::size_t>(f) * stft.bins(), stft.bins()),
                 scratch);
  return all;
}

std::vector<float> inverse(const Stft& stft, const std::vector<Complex>& all, std::int64_t first,
                           std::size_t samples) {
  const auto frames = static_cast<std::int64_t>(all.size() / stft.bins());
  std::vector<float> out(samples);
  std::vector<Complex> scratch(stft.scratch_size());
  std::vector<double> sums(Stft::sums_size(samples));
  stft.inverse(
      frames, first, out,
      [&](std::int64_t f, std::span<Complex> spectrum) {
        std::copy_n(all.begin() + f * static_cast<std::int64_t>(stft.bins()), stft.bins(),
                    spectrum.begin());
      },
      scratch, sums);
  return out;
}

TEST(Window, Hann) {
  EXPECT_EQ(periodic_hann(4)[0], 0);
  EXPECT_NEAR(periodic_hann(4)[1], 0.5, 1e-15);
  EXPECT_NEAR(periodic_hann(4)[2], 1, 1e-15);
  EXPECT_NEAR(periodic_hann(4)[3], 0.5, 1e-15);
}

// The definition, with the mirrored signal written out: x[2] x[1] | x[0] x[1] x[2] ...
TEST(Stft, IsTheDefinition) {
  constexpr std::int64_t kSamples = 103, kHop = 5;
  const auto window = periodic_hann(20);
  const Stft stft(window, kHop);
  const auto x = noise(kSamples);
  const auto all = spectra(stft, x);
  ASSERT_EQ(all.size(), 21u * 11u);
  for (std::int64_t f = 0; f < 21; ++f)
    for (std::size_t k = 0; k < 11; ++k) {
      Complex want = 0;
      for (std::int64_t i = 0; i < 20; ++i) {
        std::int64_t at = f * kHop - 10 + i;
        if (at < 0) at = -at;
        if (at >= kSamples) at = 2 * (kSamples - 1) - at;
        want += window[static_cast<std::size_t>(i)] * double{x[static_cast<std::size_t>(at)]} *
                std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i) *
                                    static_cast<double>(k) / 20);
      }
      EXPECT_LT(std::abs(all[static_cast<std::size_t>(f) * 11 + k] - want), 1e-12) << f << ' ' << k;
    }
}

struct Case {
  std::size_t n;
  std::int64_t hop;
};
class RoundTrip : public testing::TestWithParam<Case> {};

TEST_P(RoundTrip, IsExactUpToRounding) {
  const Stft stft(periodic_hann(GetParam().n), GetParam().hop);
  const std::int64_t samples = 50 * GetParam().hop;
  const auto x = noise(static_cast<std::size_t>(samples));
  const auto all = spectra(stft, x);
  ASSERT_EQ(stft.samples(stft.frames(samples)), samples);
  const auto back = inverse(stft, all, 0, x.size());
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(back[i], x[i], 1e-6) << i;
  // Any range alone gives the same bits.
  for (const std::int64_t first : {std::int64_t{0}, std::int64_t{1}, samples / 3, samples - 7}) {
    const auto part = inverse(stft, all, first, 7);
    for (std::size_t i = 0; i < part.size(); ++i)
      ASSERT_EQ(part[i], back[static_cast<std::size_t>(first) + i]);
  }
}
INSTANTIATE_TEST_SUITE_P(Stft, RoundTrip,
                         testing::Values(Case{20, 5}, Case{400, 160}, Case{512, 128},
                                         Case{1024, 256}, Case{21, 7}));

TEST(Stft, ShortSignalsAreMirroredAsOftenAsItTakes) {
  const Stft stft(periodic_hann(400), 160);
  EXPECT_EQ(stft.frames(0), 1);
  for (const std::size_t samples : {0u, 1u, 2u, 30u})
    for (const Complex& bin : spectra(stft, noise(samples)))
      EXPECT_TRUE(std::isfinite(bin.real()) && std::isfinite(bin.imag()));
  const auto one = spectra(stft, {0.5f});  // a constant signal: half the window's sum
  EXPECT_NEAR(one[0].real(), 100, 1e-9);
}

}  // namespace
}  // namespace decibit
