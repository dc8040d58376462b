// SPDX-License-Identifier: Apache-2.0
// Rounded to nearest, clipped, never wrapped.
#include "io/pcm16.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <vector>

namespace decibit {
namespace {

using ::testing::ElementsAre;

std::vector<std::int16_t> converted(const std::vector<float>& samples) {
  std::vector<std::int16_t> out(samples.size());
  to_pcm16(samples, out);
  return out;
}

TEST(Pcm16, GivesBackEveryInteger) {
  std::vector<float> samples;
  for (int i = -32768; i < 32768; ++i) samples.push_back(static_cast<float>(i) / 32768);
  const std::vector<std::int16_t> out = converted(samples);
  for (int i = -32768; i < 32768; ++i) ASSERT_EQ(out[static_cast<std::size_t>(i + 32768)], i);
}

TEST(Pcm16, RoundsToTheNearest) {
  const auto steps = [](float n) { return n / 32768; };
  EXPECT_THAT(converted({steps(0.49f), steps(0.51f), steps(-0.49f), steps(-0.51f), steps(100.6f)}),
              ElementsAre(0, 1, 0, -1, 101));
  EXPECT_THAT(converted({steps(0.5f), steps(1.5f), steps(-0.5f), steps(-2.5f)}),
              ElementsAre(0, 2, 0, -2));
}

TEST(Pcm16, ClipsAndNeverWraps) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(converted({1.0f, 0.99999f, 1.5f, 3e38f, kInfinity}),
              ElementsAre(32767, 32767, 32767, 32767, 32767));
  EXPECT_THAT(converted({-1.0f, -1.5f, -3e38f, -kInfinity}),
              ElementsAre(-32768, -32768, -32768, -32768));
  EXPECT_THAT(converted({std::nanf("")}), ElementsAre(0));
}

}  // namespace
}  // namespace decibit
