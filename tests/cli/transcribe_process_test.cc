// SPDX-License-Identifier: Apache-2.0
// decibit transcribe as a process: pipes, signals, a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "child.h"
#include "command_line.h"
#include "io/json.h"
#include "random_whisper.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> words(const fs::path& sound, const std::vector<std::string>& more) {
  std::vector<std::string> all = {"transcribe",
                                  sound.string(),
                                  "-m",
                                  random_whisper().string(),
                                  "--language",
                                  "en",
                                  "--beam-size",
                                  "1",
                                  "--threads",
                                  "1",
                                  "--temperature-increment-on-fallback=none"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

class TranscribeProcess : public ::testing::Test {
 protected:
  TranscribeProcess() { write_tones(sound_, 600); }

  const ScratchFolder scratch_;
  const fs::path sound_ = scratch_ / "long.wav", out_ = scratch_ / "out";
};

TEST_F(TranscribeProcess, CtrlCKeepsWhatWasTranscribed) {
  const ChildResult run = run_child(words(sound_, {"-f", "txt,json", "-o", out_.string()}),
                                    {.on_terminal = true, .signal = SIGINT, .signal_after = "eta"});
  EXPECT_EQ(run.exit_code, 130) << run.out;
  EXPECT_THAT(run.out, HasSubstr("interrupted"));
  EXPECT_THAT(run.out, HasSubstr("long.txt"));
  std::ifstream file(out_ / "long.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_FALSE(Json::parse(text).value().find("segments")->array()->empty());
  EXPECT_TRUE(fs::exists(out_ / "long.txt"));
}

TEST_F(TranscribeProcess, CtrlCIsReportedAsJson) {
  // On a terminal, where the bar shows at once that it is at work.
  const std::string not_begun = (scratch_ / "second.wav").string();
  const ChildResult run = run_child(words(sound_, {"--json", not_begun}),
                                    {.on_terminal = true, .signal = SIGINT, .signal_after = "eta"});
  EXPECT_EQ(run.exit_code, 130) << run.out;
  const std::size_t begin = run.out.find("{\"schema\"");
  ASSERT_NE(begin, run.out.npos) << run.out;
  const Json json = Json::parse(run.out.substr(begin, run.out.rfind('}') + 1 - begin)).value();
  const Json::Array& files = *json.find("files")->array();
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(*files[0].find("stop")->string(), "interrupted");
  EXPECT_EQ(*files[1].find("input")->string(), not_begun);
  EXPECT_EQ(*files[1].find("stop")->string(), "interrupted");
}

TEST_F(TranscribeProcess, LinesAreTheirOwnProgressOnATerminal) {
  const ChildResult run =
      run_child(words(sound_, {}), {.on_terminal = true, .signal = SIGINT, .signal_after = "-->"});
  EXPECT_EQ(run.exit_code, 130);
  EXPECT_THAT(run.out, HasSubstr("[00:0"));
  EXPECT_THAT(run.out, Not(HasSubstr("eta")));
}

// Else the weights, opened first, would be what is heard.
TEST_F(TranscribeProcess, AClosedStandardInputIsNoSound) {
  std::vector<std::string> closed = words("-", {"--rate", "16000"});
  const ChildResult run = run_child(closed, {.stdin_closed = true});
  EXPECT_EQ(run.exit_code, 4) << run.out << run.err;
  EXPECT_THAT(run.err, HasSubstr("standard input"));
  EXPECT_EQ(run.out, "");
}

TEST_F(TranscribeProcess, AReaderThatLeavesEndsIt) {
  EXPECT_EQ(run_child(words(sound_, {}), {.reader_leaves = true}).exit_code, 141);
}

}  // namespace
}  // namespace decibit::testing
