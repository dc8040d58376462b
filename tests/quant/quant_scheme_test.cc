// SPDX-License-Identifier: Apache-2.0
// Which formats exist, and what is said about those that do not.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "quant/scheme.h"

namespace decibit {
namespace {

TEST(QuantScheme, EveryCombinationThatExists) {
  EXPECT_EQ(all_schemes().size(), 7u * 3 + 3);
  for (const Scheme& s : all_schemes())
    EXPECT_EQ(Scheme::make(s.mode(), s.bits(), s.group_size()).value(), s);
}

TEST(QuantScheme, DefaultsOfEachMode) {
  const auto defaults = [](Mode mode) { return Scheme::make(mode, {}, {}).value(); };
  EXPECT_EQ(to_string(defaults(Mode::kAffine)), "4:64");
  EXPECT_EQ(to_string(defaults(Mode::kMxfp4)), "mxfp4");
  EXPECT_EQ(defaults(Mode::kMxfp8).bits(), 8);
  EXPECT_EQ(defaults(Mode::kNvfp4).group_size(), 16);
}

// The calls that mlx refuses (golden/formats/errors.json) are refused here too, with all valid
// values.
TEST(QuantScheme, RefusesWhatDoesNotExist) {
  for (const int bits : {7, 0, -1, 16}) {
    const auto scheme = Scheme::make(Mode::kAffine, bits, 64);
    ASSERT_FALSE(scheme) << bits;
    EXPECT_EQ(scheme.error().code, ErrorCode::kUsage);
    EXPECT_EQ(scheme.error().message,
              "mode affine has no bits " + std::to_string(bits) + "; it has 1, 2, 3, 4, 5, 6, 8");
  }
  for (const int group_size : {16, 256, 0, -32}) {
    const auto scheme = Scheme::make(Mode::kAffine, 4, group_size);
    ASSERT_FALSE(scheme) << group_size;
    EXPECT_EQ(scheme.error().message, "mode affine has no group size " +
                                          std::to_string(group_size) + "; it has 32, 64, 128");
  }
  EXPECT_EQ(Scheme::make(Mode::kMxfp4, 8, {}).error().message,
            "mode mxfp4 has no bits 8; it has 4");
  EXPECT_EQ(Scheme::make(Mode::kNvfp4, {}, 32).error().message,
            "mode nvfp4 has no group size 32; it has 16");
}

TEST(QuantScheme, SizesOfARow) {
  const Scheme s = Scheme::make(Mode::kAffine, 3, 64).value();
  EXPECT_EQ(s.words_per_row(512), 48);
  EXPECT_EQ(s.groups_per_row(512), 8);
  EXPECT_FALSE(s.fits(96));
}

TEST(QuantScheme, NamesGoBothWays) {
  for (const Mode m : {Mode::kAffine, Mode::kMxfp4, Mode::kMxfp8, Mode::kNvfp4})
    EXPECT_EQ(mode_from_name(name(m)), m);
  for (const Profile p : {Profile::kCpu, Profile::kMetal, Profile::kCuda})
    EXPECT_EQ(profile_from_name(name(p)), p);
  EXPECT_FALSE(mode_from_name("mxfp6"));
  EXPECT_FALSE(profile_from_name(""));
}

TEST(QuantScheme, TheDocumentNamesEveryFormat) {
  std::ifstream file(DECIBIT_SOURCE_DIR "/docs/formats.md");
  std::stringstream text;
  text << file.rdbuf();
  for (const Mode m : {Mode::kAffine, Mode::kMxfp4, Mode::kMxfp8, Mode::kNvfp4})
    EXPECT_NE(text.str().find("| " + std::string(name(m)) + " |"), std::string::npos) << name(m);
}

}  // namespace
}  // namespace decibit
