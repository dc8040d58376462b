// SPDX-License-Identifier: Apache-2.0
// decibit transcribe with the real Whisper base (scripts/get-weights.sh) and President Kennedy.
// Skipped where the weights are not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "command_line.h"
#include "io/json.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kModel = fs::path(DECIBIT_SOURCE_DIR) / ".models/whisper-base";
const fs::path kSound = fs::path(DECIBIT_SOURCE_DIR) / "tests/golden/real/whisper_jfk/audio.flac";
constexpr const char* kText =
    "And so, my fellow Americans, ask not what your country can do for you, ask what you can do "
    "for your country.";
// Greedily.
constexpr const char* kPlainText =
    "And so my fellow Americans ask not what your country can do for you, ask what you can do for "
    "your country.";

class TranscribeReal : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kModel)) GTEST_SKIP() << "no weights: run scripts/get-weights.sh";
  }
  static CommandRun decibit(std::vector<std::string> words) {
    words.insert(words.begin(), {"transcribe", kSound.string(), "-m", kModel.string()});
    CommandRun run = run_command(words);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run;
  }
  static Json file(std::vector<std::string> words) {
    words.emplace_back("--json");
    return Json::parse(decibit(std::move(words)).out).value().find("files")->array()->front();
  }
};

TEST_F(TranscribeReal, HearsKennedy) {
  const Json heard = file({});
  EXPECT_EQ(*heard.find("text")->string(), kText);
  EXPECT_EQ(*heard.find("language")->string(), "en");
  EXPECT_EQ(*heard.find("seconds")->real(), 11.0);
  EXPECT_EQ(*file({"--beam-size", "1", "--threads", "1"}).find("text")->string(), kPlainText);
}

TEST_F(TranscribeReal, ShowsLines) {
  EXPECT_EQ(decibit({}).out,
            "[00:00.000 --> 00:08.000] And so, my fellow Americans, ask not what your country can "
            "do for you,\n[00:08.000 --> 00:11.000] ask what you can do for your country.\n");
}

TEST_F(TranscribeReal, TimesWords) {
  const Json heard = file({"--words"});
  double last = 0;
  std::string joined;
  for (const Json& segment : *heard.find("segments")->array())
    for (const Json& word : *segment.find("words")->array()) {
      EXPECT_GE(*word.find("start")->real(), last);
      last = *word.find("start")->real();
      joined += *word.find("word")->string();
    }
  EXPECT_EQ(joined, std::string(" ") + kText);
  EXPECT_GT(last, 9);
  EXPECT_LT(last, 11);
}

}  // namespace
}  // namespace decibit::testing
