// SPDX-License-Identifier: Apache-2.0
// Lengths, delay, pitch and level, no alias, and nothing depends on how the input is cut.
#include "io/resampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace decibit {
namespace {

constexpr int kSourceHz = 24000;

std::vector<float> sine(double frequency_hz, int rate_hz, std::size_t count) {
  std::vector<float> samples(count);
  const double step = 2 * std::numbers::pi * frequency_hz / rate_hz;
  for (std::size_t i = 0; i < count; ++i)
    samples[i] = static_cast<float>(0.5 * std::sin(step * static_cast<double>(i)));
  return samples;
}

std::vector<float> resampled(std::span<const float> samples, int to_hz, std::size_t block) {
  auto resampler = Resampler::create(kSourceHz, to_hz);
  EXPECT_TRUE(resampler);
  std::vector<float> out;
  while (!samples.empty()) {
    const std::size_t count = std::min(block, samples.size());
    EXPECT_TRUE(resampler->write(samples.first(count), out));
    samples = samples.subspan(count);
  }
  EXPECT_TRUE(resampler->finish(out));
  return out;
}

const std::vector<int> kRates = {8000,  11025, 12000, 16000, 22050,
                                 32000, 44100, 48000, 96000, 192000};

TEST(Resampler, KeepsTheLength) {
  for (const int rate_hz : kRates) {
    for (const std::size_t count :
         std::initializer_list<std::size_t>{0, 1, 2, 3, 100, 599, 24000, 100'001}) {
      const std::size_t expected =
          (2 * count * static_cast<std::size_t>(rate_hz) + kSourceHz) / (2 * kSourceHz);
      EXPECT_EQ(resampled(std::vector<float>(count, 0.1f), rate_hz, 4096).size(), expected)
          << count << " samples to " << rate_hz << " Hz";
    }
  }
}

TEST(Resampler, GivesTheSameSamplesHoweverTheInputIsCut) {
  const std::vector<float> samples = sine(1000, kSourceHz, 24000);
  for (const int rate_hz : kRates) {
    const std::vector<float> whole = resampled(samples, rate_hz, samples.size());
    for (const std::size_t block : std::initializer_list<std::size_t>{1, 100, 4096})
      EXPECT_EQ(resampled(samples, rate_hz, block), whole) << block << " to " << rate_hz << " Hz";
  }
}

// The first and last 20 ms see the silence around the tone.
TEST(Resampler, KeepsPitchLevelAndPlace) {
  for (const int rate_hz : kRates) {
    const std::vector<float> out = resampled(sine(1000, kSourceHz, 24000), rate_hz, 4096);
    const std::vector<float> expected = sine(1000, rate_hz, out.size());
    const auto edge = static_cast<std::size_t>(rate_hz / 50);
    float worst = 0;
    for (std::size_t i = edge; i + edge < out.size(); ++i)
      worst = std::max(worst, std::abs(out[i] - expected[i]));
    EXPECT_LT(worst, 1e-4f) << rate_hz << " Hz";  // 16-bit steps are 3e-5; the largest seen is 2e-6
  }
}

TEST(Resampler, HasNoAlias) {
  const std::vector<float> out = resampled(sine(9000, kSourceHz, 24000), 16000, 4096);
  float worst = 0;
  for (std::size_t i = 400; i + 400 < out.size(); ++i) worst = std::max(worst, std::abs(out[i]));
  EXPECT_LT(worst, 5e-5f);  // -80 dB of the tone
}

}  // namespace
}  // namespace decibit
