// SPDX-License-Identifier: Apache-2.0
// Captions fit the screen, hold every letter, and follow the words in time.
#include "io/captions.h"

#include <gmock/gmock.h>

#include "core/utf8.h"

namespace decibit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TimedSegment segment(std::string text, double end_s = 10) {
  return {.whole = {std::move(text), 0, end_s}, .words = {}};
}

TEST(Captions, AreAtMostTwoLines) {
  const std::vector<Cue> cues = cues_of(
      segment("The birch canoe slid on the smooth planks, and glue was what the sheet was held to "
              "the dark blue background with"));
  ASSERT_EQ(cues.size(), 2u);
  EXPECT_THAT(cues[0].lines, ElementsAre("The birch canoe slid on the smooth planks,",
                                         "and glue was what the sheet was held to"));
  EXPECT_THAT(cues[1].lines, ElementsAre("the dark blue background with"));
}

TEST(Captions, EndWithASentenceOnceTheyAreLongerThanALine) {
  const std::vector<Cue> cues =
      cues_of(segment("Yes. No. The birch canoe slid on the smooth (wet) planks.) Then it sank."));
  ASSERT_EQ(cues.size(), 2u);
  EXPECT_THAT(cues[0].lines,
              ElementsAre("Yes. No. The birch canoe slid on the", "smooth (wet) planks.)"));
  EXPECT_THAT(cues[1].lines, ElementsAre("Then it sank."));
}

TEST(Captions, FollowTheWords) {
  const TimedSegment spoken = {
      .whole = {"Well, hello.", 0, 5},
      .words = {{"Well,", 0.25, 0.75}, {"", 0.75, 1}, {"hello", 2.5, 3}, {"there.", 3, 3.5}}};
  const std::vector<Cue> cues = cues_of(spoken);
  ASSERT_EQ(cues.size(), 2u) << "a pause of a second ends a cue";
  EXPECT_THAT(cues[0].lines, ElementsAre("Well,"));
  EXPECT_EQ(cues[0].start_s, 0.25);
  EXPECT_EQ(cues[0].end_s, 0.75);
  EXPECT_THAT(cues[1].lines, ElementsAre("hello there."));
  EXPECT_EQ(cues[1].start_s, 2.5);
  EXPECT_EQ(cues[1].end_s, 3.5);
}

TEST(Captions, ShareTheTimeByLettersWhereWordsHaveNone) {
  const std::string line(kCaptionColumns, 'a');
  const std::vector<Cue> cues = cues_of(segment(line + " " + line + " " + line, 3));
  ASSERT_EQ(cues.size(), 2u);
  EXPECT_NEAR(cues[0].end_s, 2, 1e-9);
  EXPECT_NEAR(cues[1].start_s, 2, 1e-9);
  EXPECT_EQ(cues[1].end_s, 3);
}

TEST(Captions, OfNothingAreNone) {
  EXPECT_THAT(cues_of(segment("")), IsEmpty());
  EXPECT_THAT(cues_of(segment(" \n\t\x01 ")), IsEmpty());
}

// Laws, over texts of words of all lengths, in letters of one to four bytes.
TEST(Captions, HoldEveryLetterInLinesThatFit) {
  std::uint32_t state = 1;
  const auto below = [&](std::uint32_t n) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
  };
  const char32_t letters[] = {U'a', U'é', U'語', U'\U0001F600', U'.', U'!', U'"'};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    std::u32string expected;
    for (std::uint32_t word = below(30); word-- > 0;) {
      for (std::uint32_t i = below(below(10) == 0 ? 200 : 9); i-- > 0;) {
        const char32_t letter = letters[below(std::size(letters))];
        append_utf8(letter, text);
        expected.push_back(letter);
      }
      text += below(2) == 0 ? " " : " \r\n\n";
    }
    std::u32string got;
    double last_s = 0;
    for (const Cue& cue : cues_of(segment(text, 7))) {
      EXPECT_GE(cue.start_s, last_s - 1e-9);
      EXPECT_GT(cue.end_s, cue.start_s);
      last_s = cue.end_s;
      EXPECT_LE(cue.lines.size(), kCaptionLines);
      for (const std::string& line : cue.lines) {
        const std::u32string points = code_points(line);
        EXPECT_LE(points.size(), kCaptionColumns);
        EXPECT_FALSE(points.empty() || points.front() == U' ' || points.back() == U' ');
        for (const char32_t c : points)
          if (c != U' ') got.push_back(c);
      }
    }
    ASSERT_EQ(got, expected) << "round " << round << ": " << text;
    if (!expected.empty()) {
      EXPECT_EQ(last_s, 7);
    }
  }
}

}  // namespace
}  // namespace decibit
