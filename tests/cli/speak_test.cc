// SPDX-License-Identifier: Apache-2.0
// decibit speak and what it refuses before any model is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "command_line.h"
#include "host_tensors.h"

namespace decibit::testing {
namespace {

using ::testing::HasSubstr;

struct Refused {
  std::vector<std::string> words;
  int exit_code;
  const char* message;
};

class Speak : public ::testing::TestWithParam<Refused> {};

TEST_P(Speak, Refuses) {
  const ScratchFolder scratch;
  std::vector<std::string> words = {"speak"};
  for (const std::string& word : GetParam().words) words.push_back(word);
  if (std::find(words.begin(), words.end(), "--out") == words.end()) {
    words.emplace_back("--out");
    words.push_back((scratch / "out.wav").string());
  }
  const CommandRun run = run_command(words);
  EXPECT_EQ(run.exit_code, GetParam().exit_code) << run.err;
  EXPECT_THAT(run.err, HasSubstr(GetParam().message));
  EXPECT_TRUE(folder_content(scratch.path()).empty());
}

INSTANTIATE_TEST_SUITE_P(
    , Speak,
    ::testing::Values(Refused{{"-m", "/nowhere", "--phonemes", "a"}, 3, "/nowhere"},
                      Refused{{"--phonemes", "a"}, 2, "--model"},
                      Refused{{"-m", "/"}, 2, "nothing to say"},
                      Refused{{"-m", "/", "--phonemes", " "}, 2, "nothing to say"},
                      Refused{{"-m", "/", ""}, 2, "nothing to say"},
                      Refused{{"-m", "/", "\xF0\x9F\x98\x80"}, 2, "no sound"},
                      Refused{{"-m", "/", "a", "--phonemes", "a"}, 2, "exclude each other"},
                      Refused{{"-m", "/", "a", "--voice", "jf_alpha"}, 4, "--phonemes"},
                      Refused{{"-m", "/", "--file", "/nowhere"}, 3, "/nowhere"},
                      Refused{{"-m", "/", "a", "--lexicon", "/nowhere"}, 3, "/nowhere"},
                      Refused{{"-m", "/", "--phonemes", "a", "--speed", "0"}, 2, "--speed 0"},
                      Refused{{"-m", "/", "--phonemes", "a", "--speed", "-1"}, 2, "--speed -1"},
                      Refused{{"-m", "/", "--phonemes", "a", "--speed", "1e9"}, 2, "--speed 1e9"},
                      Refused{{"-m", "/", "--phonemes", "a", "--speed", "nan"}, 2, "--speed nan"},
                      Refused{{"-m", "/", "--phonemes", "a", "--speed", "fast"}, 2, "--speed fast"},
                      Refused{{"-m", "/", "--phonemes", "a", "--noise", "-0.1"}, 2, "--noise -0.1"},
                      Refused{{"-m", "/", "--phonemes", "a", "--seed", "-1"}, 2, "--seed -1"},
                      Refused{{"-m", "/", "--phonemes", "a", "--threads", "-1"}, 2, "--threads"},
                      Refused{{"-m", "/", "--phonemes", "a", "--out", "x.aiff"}, 2, "'.aiff'"},
                      Refused{
                          {"-m", "/", "--phonemes", "a", "--out", "speech"}, 2, "no known format"},
                      Refused{{"-m", "/", "--phonemes", "a", "--compute", "quick"}, 2, "quick"}),
    [](const auto& p) { return "Case" + std::to_string(p.index); });

TEST(SpeakModels, ExplainsWithoutAModel) {
  const CommandRun run = run_command({"speak", "--explain", "Hello world, blorptang."});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("phonemes  h\u0259l\u02C8O w\u02C8\u025C\u0279ld, "));
  EXPECT_THAT(run.out, HasSubstr("guessed   blorptang"));
}

TEST(SpeakModels, HelpIsText) {
  const CommandRun run = run_command({"speak", "--help"});
  EXPECT_THAT(run.out, HasSubstr("flac, mp3, ogg or opus (default: speech.wav)"));
}

TEST(SpeakModels, AnotherModelIsRefused) {
  const CommandRun run = run_command(
      {"speak", "-m", golden_source("whisper").string(), "--phonemes", "a", "--out", "x.wav"});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, HasSubstr("speaking needs Kokoro"));
}

}  // namespace
}  // namespace decibit::testing
