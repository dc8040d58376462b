// SPDX-License-Identifier: Apache-2.0
// decibit transcribe with a network of random weights: what it refuses, where its text goes, what
// it reports. What the text is, is the matter of other tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "command_line.h"
#include "io/json.h"
#include "random_whisper.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Greedy, and each window once: random networks look wrong to every threshold.
CommandRun transcribe(std::vector<std::string> words) {
  words.insert(words.begin(), "transcribe");
  words.insert(words.end(), {"-m", random_whisper().string(), "--beam-size", "1",
                             "--temperature-increment-on-fallback", "None", "--language", "en"});
  return run_command(words);
}

struct Refused {
  std::vector<std::string> words;
  int exit_code;
  const char* message;
};

class Transcribe : public ::testing::TestWithParam<Refused> {};

TEST_P(Transcribe, Refuses) {
  std::vector<std::string> words = {"transcribe"};
  words.insert(words.end(), GetParam().words.begin(), GetParam().words.end());
  const CommandRun run = run_command(words);
  EXPECT_EQ(run.exit_code, GetParam().exit_code) << run.err;
  EXPECT_THAT(run.err, HasSubstr(GetParam().message));
  EXPECT_EQ(run.out, "");
}

INSTANTIATE_TEST_SUITE_P(
    , Transcribe,
    ::testing::Values(
        Refused{{}, 2, "FILE is missing"}, Refused{{"--words"}, 2, "FILE is missing"},
        Refused{{"/nowhere.wav", "-m", "/"}, 3, "/nowhere.wav"},
        Refused{{"a.wav", "--beam-size", "9"}, 2, "--beam-size"},
        Refused{{"a.wav", "--best-of", "0"}, 2, "--best-of"},
        Refused{{"a.wav", "--temperature", "2"}, 2, "--temperature 2"},
        Refused{{"a.wav", "--temperature-increment-on-fallback", "0"}, 2, "on-fallback 0"},
        Refused{{"a.wav", "--no-speech-threshold", "x"}, 2, "--no-speech-threshold x"},
        Refused{{"a.wav", "--length-penalty", "2"}, 2, "--length-penalty 2"},
        Refused{{"a.wav", "--patience", "0"}, 2, "--patience 0"},
        Refused{{"a.wav", "--suppress-tokens", "1,b"}, 2, "--suppress-tokens"},
        Refused{{"a.wav", "--clip-timestamps", "0,-1"}, 2, "--clip-timestamps -1"},
        Refused{{"a.wav", "--from", "1:75"}, 2, "--from 1:75"},
        Refused{{"a.wav", "--to", "2:"}, 2, "--to 2:"},
        Refused{{"a.wav", "--from", "9", "--to", "0:05"}, 2, "does not lie behind"},
        Refused{{"a.wav", "--from", "9", "--clip-timestamps", "0"}, 2, "excludes"},
        Refused{{"a.wav", "--task", "guess"}, 2, "translate"},
        Refused{{"a.wav", "--format", "srt,doc"}, 2, "txt, vtt, srt, tsv, json, lrc, all"},
        Refused{{"a.wav", "--format", ""}, 2, "--format"},
        Refused{{"a.wav", "--output-dir", "x"}, 2, "--output-dir needs --format"},
        Refused{{"a.wav", "--max-line-width", "-1"}, 2, "--max-line-width"},
        Refused{{"a.wav", "--highlight-words=maybe"}, 2, "--highlight-words"},
        Refused{{"a.wav", "--rate", "16000"}, 2, "--rate"},
        Refused{{"-", "--rate", "999"}, 2, "1000"}, Refused{{"-", "-"}, 2, "standard input"},
        Refused{{"a/x.wav", "b/x.mp3", "-f", "srt"}, 2, "x.srt"},
        Refused{{"a.wav", "--hotwords", "x"}, 2, "no flag --hotwords"}),
    [](const auto& p) { return "Case" + std::to_string(p.index); });

class Transcripts : public ::testing::Test {
 protected:
  Transcripts() {
    write_tones(sound_, 3);
    write_tones(other_, 2);
    std::ofstream(broken_) << std::string(5000, 'x');
  }

  const ScratchFolder scratch_;
  const fs::path sound_ = scratch_ / "talk.wav", other_ = scratch_ / "other.wav",
                 broken_ = scratch_ / "broken.m4a", out_ = scratch_ / "out";
};

TEST_F(Transcripts, AreLinesWithTimesOnStandardOutput) {
  const CommandRun run = transcribe({sound_.string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, ::testing::MatchesRegex(
                           "(\\[00:0[0-3]\\.[0-9]{3} --> 00:[0-3][0-9]\\.[0-9]{3}\\] [^\n]*\n)+"));
}

TEST_F(Transcripts, GoToFilesNamedLikeTheSound) {
  const CommandRun run =
      transcribe({sound_.string(), other_.string(), "--format", "all", "-o", out_.string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  for (const std::string stem : {"talk", "other"})
    for (const std::string extension : {"txt", "vtt", "srt", "tsv", "json", "lrc"})
      EXPECT_TRUE(fs::exists(out_ / (stem + "." + extension))) << stem << extension;
  EXPECT_THAT(bytes_of(out_ / "talk.vtt"), ::testing::StartsWith("WEBVTT\n\n00:00"));
  EXPECT_THAT(bytes_of(out_ / "talk.json"), ::testing::EndsWith("\"language\": \"en\"}"));
  EXPECT_THAT(run.out, HasSubstr("talk.wav: 3.0 s of sound"));
  EXPECT_THAT(run.out, Not(HasSubstr("-->")));
}

TEST_F(Transcripts, AreReportedAsJson) {
  const CommandRun run = transcribe({sound_.string(), "--json", "--words"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const Json json = Json::parse(run.out).value();
  EXPECT_EQ(*json.find("schema")->string(), "decibit.transcribe/1");
  const Json& file = json.find("files")->array()->front();
  EXPECT_EQ(*file.find("input")->string(), sound_.string());
  EXPECT_EQ(*file.find("language")->string(), "en");
  EXPECT_EQ(*file.find("seconds")->real(), 3.0);
  EXPECT_GT(*file.find("rtf")->real(), 0);
  EXPECT_EQ(*file.find("stop")->string(), "end");
  EXPECT_EQ(*file.find("windows_retried")->integer(), 0);
  EXPECT_TRUE(file.find("outputs")->array()->empty());
  EXPECT_TRUE(file.find("error")->is_null());
  ASSERT_FALSE(file.find("segments")->array()->empty());
  const Json& segment = file.find("segments")->array()->front();
  std::vector<std::string> names;
  for (const auto& [name, value] : *segment.object()) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("start", "end", "text", "avg_logprob", "no_speech_prob",
                                 "temperature", "words"));
}

// Field report B056.
TEST_F(Transcripts, OfOtherFilesAreMadeWhenOneIsBroken) {
  const CommandRun run = transcribe({sound_.string(), broken_.string(), other_.string(), "--json",
                                     "--format", "txt", "--output-dir", out_.string()});
  EXPECT_EQ(run.exit_code, 9);
  EXPECT_TRUE(fs::exists(out_ / "talk.txt"));
  EXPECT_TRUE(fs::exists(out_ / "other.txt"));
  EXPECT_FALSE(fs::exists(out_ / "broken.txt"));
  const Json json = Json::parse(run.out).value();
  EXPECT_FALSE(*json.find("ok")->boolean());
  const Json::Array& files = *json.find("files")->array();
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(*files[1].find("stop")->string(), "error");
  EXPECT_EQ(*files[1].find("error")->find("code")->integer(), 4);
  EXPECT_TRUE(files[0].find("error")->is_null() && files[2].find("error")->is_null());
  const CommandRun alone = transcribe({broken_.string()});
  EXPECT_EQ(alone.exit_code, 4);
  EXPECT_THAT(alone.err, HasSubstr("broken.m4a"));
}

TEST_F(Transcripts, OfFilesThatAllFailAlikeEndWithTheirCode) {
  const std::string missing = (scratch_ / "missing.wav").string();
  EXPECT_EQ(transcribe({broken_.string(), broken_.string()}).exit_code, 4);
  const CommandRun run = transcribe({missing, missing});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("none of 2 files"));
  EXPECT_EQ(transcribe({broken_.string(), missing}).exit_code, 9);
}

TEST_F(Transcripts, WithOneStemAreRefusedBeforeAnyWork) {
  const fs::path folder = scratch_ / "other";
  fs::create_directories(folder);
  write_tones(folder / "talk.flac", 1);
  const CommandRun run = transcribe(
      {sound_.string(), (folder / "talk.flac").string(), "--format", "srt", "-o", out_.string()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(Transcripts, NeverReplaceTheSound) {
  const fs::path odd = scratch_ / "odd.txt";
  write_tones(odd, 1);
  const CommandRun run =
      transcribe({odd.string(), "--format", "txt", "-o", scratch_.path().string()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("would be replaced"));
}

TEST_F(Transcripts, KeepTheModeOfTheFileTheyReplace) {
  fs::create_directories(out_);
  std::ofstream(out_ / "talk.txt") << "old";
  const auto secret = fs::perms::owner_read | fs::perms::owner_write;
  fs::permissions(out_ / "talk.txt", secret);
  EXPECT_EQ(transcribe({sound_.string(), "-f", "txt", "-o", out_.string()}).exit_code, 0);
  EXPECT_NE(bytes_of(out_ / "talk.txt"), "old");
  EXPECT_EQ(fs::status(out_ / "talk.txt").permissions(), secret);
}

TEST_F(Transcripts, HaveWordTimesWhenLinesAreLimited) {
  const CommandRun run = transcribe({sound_.string(), "--format", "srt", "--highlight-words",
                                     "--max-words-per-line", "1", "-o", out_.string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(bytes_of(out_ / "talk.srt"), AllOf(HasSubstr("<u>"), HasSubstr("\n2\n")));
}

// Field report B041.
TEST_F(Transcripts, AreMadeOfShortSoundAndNotOfNone) {
  const fs::path brief = scratch_ / "brief.wav", none = scratch_ / "none.wav";
  write_tones(brief, 0.05);
  write_silence_file(none, 0);
  const CommandRun run = transcribe({brief.string(), "--json"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const Json json = Json::parse(run.out).value();
  EXPECT_EQ(*json.find("files")->array()->front().find("seconds")->real(), 0.05);
  EXPECT_EQ(transcribe({none.string()}).exit_code, 4);
}

TEST_F(Transcripts, UnknownLanguagesAreListed) {
  const CommandRun run = run_command(
      {"transcribe", sound_.string(), "-m", random_whisper().string(), "--language", "klingon"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("klingon"), HasSubstr("haw")));
}

TEST_F(Transcripts, AnotherModelIsRefused) {
  const fs::path folder = scratch_ / "model";
  fs::create_directories(folder);
  EXPECT_EQ(run_command({"transcribe", sound_.string(), "-m", folder.string()}).exit_code, 4);
}

TEST(TranscribeHelp, NamesBothSpellings) {
  const CommandRun run = run_command({"transcribe", "--help"});
  EXPECT_THAT(run.out, HasSubstr("decibit transcribe FILE... [FLAGS]"));
  EXPECT_THAT(run.out, HasSubstr("--word-timestamps, --words [true|false]"));
}

}  // namespace
}  // namespace decibit::testing
