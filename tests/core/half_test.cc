// SPDX-License-Identifier: Apache-2.0
// The 16-bit floats, proved over all their values: each is read exactly and written back, and what
// lies between two neighbours goes to the nearer one, or to the even one from the middle.
#include "core/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace decibit {
namespace {

struct Format {
  const char* name;
  float (*widen)(std::uint16_t);
  std::uint16_t (*narrow)(float);
  std::uint16_t infinity;
};

constexpr Format kF16 = {"f16", f16_to_f32, f32_to_f16, 0x7C00};
constexpr Format kBf16 = {"bf16", bf16_to_f32, f32_to_bf16, 0x7F80};

class HalfFormats : public testing::TestWithParam<Format> {};

TEST_P(HalfFormats, EveryValueSurvivesTheRoundTrip) {
  const Format& format = GetParam();
  for (unsigned h = 0; h < 0x10000; ++h) {
    const auto bits = static_cast<std::uint16_t>(h);
    if ((bits & 0x7FFF) > format.infinity) continue;
    ASSERT_EQ(format.narrow(format.widen(bits)), bits) << std::hex << h;
  }
}

TEST_P(HalfFormats, ValuesGrowWithTheirBits) {
  const Format& format = GetParam();
  for (std::uint16_t h = 0; h < format.infinity; ++h)
    ASSERT_LT(format.widen(h), format.widen(static_cast<std::uint16_t>(h + 1))) << std::hex << h;
}

TEST_P(HalfFormats, RoundsToTheNearestAndFromTheMiddleToEven) {
  const Format& format = GetParam();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (std::uint16_t low = 0; low + 1 < format.infinity; ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    // Exact: both neighbours and their middle have fewer bits than a float.
    const float middle = format.widen(low) + (format.widen(high) - format.widen(low)) / 2;
    const std::uint16_t even = low % 2 == 0 ? low : high;
    ASSERT_EQ(format.narrow(middle), even) << std::hex << low;
    ASSERT_EQ(format.narrow(std::nextafter(middle, 0.0f)), low) << std::hex << low;
    ASSERT_EQ(format.narrow(std::nextafter(middle, kInfinity)), high) << std::hex << low;
    ASSERT_EQ(format.narrow(-middle), even | 0x8000) << std::hex << low;
  }
}

TEST_P(HalfFormats, InfinitiesAndOverflow) {
  const Format& format = GetParam();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(format.narrow(kInfinity), format.infinity);
  EXPECT_EQ(format.narrow(-kInfinity), format.infinity | 0x8000);
  EXPECT_EQ(format.narrow(std::numeric_limits<float>::max()), format.infinity);
  EXPECT_EQ(format.widen(format.infinity), kInfinity);
}

INSTANTIATE_TEST_SUITE_P(All, HalfFormats, testing::Values(kF16, kBf16),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(Half, LargestFiniteF16) {
  EXPECT_EQ(f32_to_f16(65519.996f), 0x7BFF);
  EXPECT_EQ(f32_to_f16(65520.0f), 0x7C00) << "the middle to the next power rounds to infinity";
}

TEST(Half, NaNStaysNaN) {
  for (std::uint32_t bits : {0x7F800001u, 0x7FC00000u, 0x7FFFFFFFu, 0xFFC01234u, 0xFF800001u}) {
    const float nan = std::bit_cast<float>(bits);
    EXPECT_EQ(f32_to_bf16(nan), 0x7FC0) << std::hex << bits;
    EXPECT_EQ(f32_to_f16(nan), (bits >> 16 & 0x8000u) | 0x7E00u) << std::hex << bits;
  }
  for (std::uint32_t h = 0x7C01; h < 0x8000; ++h)
    EXPECT_TRUE(std::isnan(f16_to_f32(static_cast<std::uint16_t>(h)))) << std::hex << h;
}

}  // namespace
}  // namespace decibit
