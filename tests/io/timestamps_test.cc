// SPDX-License-Identifier: Apache-2.0
// Subtitle files as their readers want them.
#include "io/timestamps.h"

#include <gmock/gmock.h>

#include <fstream>

#include "io/byte_source.h"
#include "io/json.h"
#include "sound.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class Timestamps : public testing::SoundTest {
 protected:
  std::string written(TimestampFormat format, const std::vector<TimedSegment>& segments) const {
    const fs::path path = folder_ / "times";
    auto writer = TimestampWriter::create(path, format, true);
    EXPECT_TRUE(writer);
    for (const TimedSegment& segment : segments) EXPECT_TRUE(writer->add(segment));
    EXPECT_TRUE(writer->finish());
    return *read_text(path);
  }
};

TimedSegment said(std::string text, double start_s, double end_s) {
  return {.whole = {std::move(text), start_s, end_s}, .words = {}};
}

TEST_F(Timestamps, AreSubRip) {
  EXPECT_EQ(written(TimestampFormat::kSrt, {said("Hello.", 0, 1.0004), said("", 1, 2),
                                            said("It is late.", 3661.5, 360'000.0625)}),
            "1\n00:00:00,000 --> 00:00:01,000\nHello.\n\n"
            "2\n01:01:01,500 --> 100:00:00,063\nIt is late.\n\n");
}

TEST_F(Timestamps, AreWebVtt) {
  EXPECT_EQ(written(TimestampFormat::kVtt, {said("Hello.", 0, 1), said("Bye.", 1, 1.5)}),
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHello.\n\n"
            "00:00:01.000 --> 00:00:01.500\nBye.\n");
}

TEST_F(Timestamps, AreValidWithoutAnyText) {
  EXPECT_EQ(written(TimestampFormat::kSrt, {}), "");
  EXPECT_EQ(written(TimestampFormat::kVtt, {}), "WEBVTT\n");
  const auto json = Json::parse(written(TimestampFormat::kJson, {}));
  ASSERT_TRUE(json);
  EXPECT_TRUE(json->find("segments")->array()->empty());
}

TEST_F(Timestamps, EscapeWhatReadersWouldTakeForMarkup) {
  const std::vector<TimedSegment> hostile = {said("a <b> &amp; ---> c\n\n2\n00:00 --> d", 0, 1)};
  EXPECT_EQ(written(TimestampFormat::kVtt, hostile),
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n"
            "a &lt;b&gt; &amp;amp; ---&gt; c 2 00:00 --&gt; d\n");
  EXPECT_EQ(written(TimestampFormat::kSrt, hostile),
            "1\n00:00:00,000 --> 00:00:01,000\na <b> &amp; -> c 2 00:00 -> d\n\n");
}

TEST_F(Timestamps, NeverOverlapAndLastAMillisecondAtLeast) {
  EXPECT_EQ(written(TimestampFormat::kSrt, {said("a", -1, 0), said("b", 0, 0.0001),
                                            said("c", 0.0004, 2), said("d", 1, 3)}),
            "1\n00:00:00,000 --> 00:00:00,001\na\n\n2\n00:00:00,001 --> 00:00:00,002\nb\n\n"
            "3\n00:00:00,002 --> 00:00:02,000\nc\n\n4\n00:00:02,000 --> 00:00:03,000\nd\n\n");
}

TEST_F(Timestamps, AreJsonThatIsReadBack) {
  TimedSegment spoken = said("Say \"hi\"\n\xFF", 0.1, 1.0 / 3);
  spoken.words = {{"Say", 0.1, 0.2}, {"\"hi\"", 0.2, 1.0 / 3}};
  const auto json = Json::parse(written(TimestampFormat::kJson, {spoken, said("b", 1, 2)}));
  ASSERT_TRUE(json) << json.error().message;
  const Json::Array& segments = *json->find("segments")->array();
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(*segments[0].find("text")->string(), "Say \"hi\"\n\xEF\xBF\xBD");
  EXPECT_EQ(*segments[0].find("end")->real(), 1.0 / 3);
  const Json::Array& words = *segments[0].find("words")->array();
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(*words[1].find("text")->string(), "\"hi\"");
  EXPECT_EQ(*words[1].find("start")->real(), 0.2);
  EXPECT_TRUE(segments[1].find("words")->array()->empty());
}

TEST_F(Timestamps, AreThereWholeOrNotAtAll) {
  std::ofstream(folder_ / "a.json") << "mine";
  const auto refused = TimestampWriter::create(folder_ / "a.json", TimestampFormat::kJson, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  {
    auto unfinished = TimestampWriter::create(folder_ / "b.json", TimestampFormat::kJson, false);
    ASSERT_TRUE(unfinished && unfinished->add(said("a", 0, 1)));
  }
  EXPECT_THAT(names(), ElementsAre("a.json"));
  auto stopped = TimestampWriter::create(folder_ / "a.json", TimestampFormat::kJson, true);
  ASSERT_TRUE(stopped && stopped->add(said("a", 0, 1)));
  EXPECT_EQ(*stopped->keep_fragment(), folder_ / "a.interrupted.json");
  EXPECT_TRUE(Json::parse(*read_text(folder_ / "a.interrupted.json")));
  EXPECT_EQ(*read_text(folder_ / "a.json"), "mine");

  auto beside = TimestampWriter::create(folder_ / "c.json", TimestampFormat::kJson, true);
  ASSERT_TRUE(beside && beside->add(said("a", 0, 1)));
  EXPECT_EQ(*beside->keep_fragment(true), folder_ / "c.interrupted.json");
}

TEST(TimestampFormats, AreKnownByTheirNames) {
  EXPECT_THAT(timestamp_format_names(), ElementsAre("json", "srt", "vtt"));
  EXPECT_EQ(timestamp_format_from_name("vtt"), TimestampFormat::kVtt);
  EXPECT_FALSE(timestamp_format_from_name("txt"));
}

}  // namespace
}  // namespace decibit
