// SPDX-License-Identifier: Apache-2.0
// Transcripts as files: the bytes of OpenAI's writers (tools/whisper_writers_golden.py), and what
// those lack.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "io/byte_source.h"
#include "io/json.h"
#include "transcription/writers/clock.h"
#include "transcription/writers/transcript_file.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using namespace transcription;

double number(const Json& json, std::string_view key) {
  const Json& value = *json.find(key);
  return value.is_integer() ? static_cast<double>(*value.integer()) : *value.real();
}

std::string text(const Json& json, std::string_view key) { return *json.find(key)->string(); }

TranscribedSegment segment_of(const Json& json) {
  TranscribedSegment segment;
  segment.id = static_cast<std::size_t>(*json.find("id")->integer());
  segment.seek = *json.find("seek")->integer();
  segment.start_seconds = number(json, "start");
  segment.end_seconds = number(json, "end");
  segment.text = text(json, "text");
  for (const Json& token : *json.find("tokens")->array())
    segment.tokens.push_back(static_cast<std::int32_t>(*token.integer()));
  segment.temperature = number(json, "temperature");
  segment.avg_logprob = number(json, "avg_logprob");
  segment.compression_ratio = number(json, "compression_ratio");
  segment.no_speech_prob = number(json, "no_speech_prob");
  if (const Json* words = json.find("words"))
    for (const Json& word : *words->array())
      segment.words.push_back({text(word, "word"), number(word, "start"), number(word, "end"),
                               number(word, "probability")});
  return segment;
}

CueLayout layout_of(const Json& json) {
  const auto limit = [&](std::string_view key) {
    const Json* value = json.find(key);
    return value == nullptr ? 0 : static_cast<std::size_t>(*value->integer());
  };
  return {limit("max_line_width"), limit("max_line_count"), limit("max_words_per_line"),
          json.find("highlight_words") != nullptr};
}

/// Everything that a writer says.
std::string written(TranscriptFormat format, bool words, const CueLayout& layout,
                    const std::vector<TranscribedSegment>& segments) {
  const auto writer = make_transcript_writer(format, words, layout);
  std::string all = writer->begin();
  for (const TranscribedSegment& segment : segments) all += writer->add(segment);
  return all + writer->finish("en");
}

TranscribedSegment said(double start, double end, std::string text) {
  TranscribedSegment segment;
  segment.start_seconds = start;
  segment.end_seconds = end;
  segment.text = std::move(text);
  return segment;
}

TEST(Writers, WriteTheBytesOfOpenAIs) {
  const fs::path file = fs::path(DECIBIT_SOURCE_DIR) / "tests/golden/transcription/writers.json";
  const Json golden = Json::parse(read_text(file).value()).value();
  std::size_t cases = 0;
  for (const Json& one : *golden.find("cases")->array()) {
    const std::string transcript = text(one, "transcript");
    std::vector<TranscribedSegment> segments;
    const Json& result = *golden.find("transcripts")->find(transcript);
    for (const Json& segment : *result.find("segments")->array())
      segments.push_back(segment_of(segment));
    const Json& layout = *one.find("layout");
    EXPECT_EQ(written(transcript_format_from_name(text(one, "format")).value(),
                      *one.find("words")->boolean(), layout_of(layout), segments),
              text(one, "text"))
        << transcript << " " << text(one, "format") << " " << layout.dump(-1);
    ++cases;
  }
  EXPECT_EQ(cases, 65u);
}

TEST(Writers, LyricsCountMinutesOn) {
  EXPECT_EQ(written(TranscriptFormat::kLrc, false, {},
                    {said(0, 1, " one"), said(59.9996, 61, " two"), said(7205.129, 7206, "three")}),
            "[by:decibit]\n[00:00.00] one\n[01:00.00] two\n[120:05.12]three\n");
}

TEST(Writers, NoArrowStaysInACue) {
  TranscribedSegment segment = said(0, 1, " a ---> b");
  segment.words = {{" a", 0, 0.5, 1}, {" ---", 0.5, 0.6, 1}, {">", 0.6, 0.7, 1}, {" b", 0.7, 1, 1}};
  for (const bool words : {false, true})
    EXPECT_EQ(written(TranscriptFormat::kSrt, words, {}, {segment}),
              "1\n00:00:00,000 --> 00:00:01,000\na -> b\n\n");
}

TEST(Writers, RoundAsPythonDoesAndNeverToSixtySeconds) {
  EXPECT_EQ(clock_text(59.9995, false, '.'), "01:00.000");  // 59999.5 is a tie
  EXPECT_EQ(clock_text(0.0125, true, ','), "00:00:00,012");
  EXPECT_EQ(clock_text(3599.9999, false, '.'), "01:00:00.000");
  EXPECT_EQ(clock_text(-0.5, false, '.'), "00:00.000");
  EXPECT_EQ(clock_text(360000, false, '.'), "100:00:00.000");
}

TEST(Formats, HaveNames) {
  for (const std::string& format : transcript_format_names())
    EXPECT_EQ(name(transcript_format_from_name(format).value()), format);
  EXPECT_FALSE(transcript_format_from_name("doc"));
}

class TranscriptFiles : public ::testing::Test {
 protected:
  TranscriptFiles() { fs::create_directories(folder_); }
  ~TranscriptFiles() override { fs::remove_all(folder_); }
  TranscriptFile file() const {
    return TranscriptFile::create(path_, make_transcript_writer(TranscriptFormat::kJson, false, {}))
        .value();
  }
  std::string content() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("decibit-writers-" + std::to_string(::getpid()));
  const fs::path path_ = folder_ / "a.json";
};

TEST_F(TranscriptFiles, ReplaceWhenTheyAreFinished) {
  std::ofstream(path_) << "older";
  TranscriptFile transcript = file();
  ASSERT_TRUE(transcript.add(said(0, 1, " a")));
  EXPECT_EQ(content(), "older");
  ASSERT_TRUE(transcript.finish("de"));
  EXPECT_THAT(content(), ::testing::EndsWith("\"language\": \"de\"}"));
  EXPECT_THAT(content(), ::testing::StartsWith("{\"text\": \" a\", \"segments\": [{\"id\": 0,"));
}

TEST_F(TranscriptFiles, LeaveNothingWhenTheyAreNot) {
  { EXPECT_TRUE(file().add(said(0, 1, " a"))); }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(TranscriptFiles, KeepAFragmentBesideAnOlderFile) {
  std::ofstream(path_) << "older";
  TranscriptFile transcript = file();
  ASSERT_TRUE(transcript.add(said(0, 1, " a")));
  EXPECT_EQ(transcript.keep_fragment("en").value(), folder_ / "a.interrupted.json");
  EXPECT_EQ(content(), "older");
}

}  // namespace
}  // namespace decibit::testing
