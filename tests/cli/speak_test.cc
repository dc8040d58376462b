// SPDX-License-Identifier: Apache-2.0
// decibit speak and what it refuses before any model is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

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

/// In the environment, until it goes out of scope.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value, 1);
  }
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
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
    ::testing::Values(
        Refused{{"-m", "/nowhere", "--phonemes", "a"}, 3, "/nowhere"},
        Refused{{"-m", "", "--phonemes", "a"}, 2, "--model is empty"},
        Refused{{"-m", "/", "hello", "world"}, 2, "quote the text"},
        Refused{{"-m", "/", "a", "--lang", "ja"}, 4, "--phonemes"},
        Refused{{"-m", "/", "a", "--lang", "klingon"}, 2, "pt-br (p)"},
        Refused{{"-m", "/", "--phonemes", "a", "--format", "mp3"}, 2, "named like wav"},
        Refused{{"-m", "org/none", "--phonemes", "a"}, 3, "hf download org/none"},
        Refused{{"-m", "/"}, 2, "nothing to say"},
        Refused{{"-m", "/", "--phonemes", " "}, 2, "nothing to say"},
        Refused{{"-m", "/", ""}, 2, "nothing to say"},
        Refused{{"-m", "/", "a", "--stream"}, 2, "exclude each other"},
        Refused{{"-m", "/", "a", "--split", "x"}, 2, "exclude each other"},
        Refused{{"-m", "/", "a", "--sample-rate", "fast"}, 2, "--sample-rate fast"},
        Refused{{"-m", "/", "a", "--out", "x.opus", "--sample-rate", "44100"}, 2, "48000"},
        Refused{{"-m", "/", "a", "--timestamps", "x.txt"}, 2, "json, srt, vtt"},
        Refused{{"-m", "/nowhere", "--phonemes", "a", "--timestamps", "A.SRT"}, 3, "/nowhere"},
        Refused{{"-m", "/", "a", "--gap-ms", "-1"}, 2, "--gap-ms -1"},
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
        Refused{{"-m", "/", "--phonemes", "a", "--out", "speech"}, 2, "no known format"},
        Refused{{"-m", "/", "--phonemes", "a", "--compute", "quick"}, 2, "quick"}),
    [](const auto& p) { return "Case" + std::to_string(p.index); });

// --force is no leave to speak over the text that is being read.
TEST(SpeakModels, NeverWritesOverWhatItReads) {
  const ScratchFolder scratch;
  const std::filesystem::path model = scratch / "model", text = scratch / "text.wav";
  std::filesystem::create_directories(model / "voices");
  for (const auto& file : {model / "config.json", model / "voices/x.bin", text})
    std::ofstream(file) << "mine";
  std::filesystem::create_hard_link(text, scratch / "twin.wav");
  const auto refusal = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"speak", "--force", "--format", "wav", "-m", model.string()});
    const CommandRun run = run_command(words);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    return run.err;
  };
  const std::string out = text.string(), other = (scratch / "new.wav").string();
  EXPECT_THAT(refusal({"--file", out, "--out", (scratch / "twin.wav").string()}),
              ::testing::AllOf(HasSubstr("--out "), HasSubstr("twin.wav"), HasSubstr("--file "),
                               HasSubstr("text.wav")));
  EXPECT_THAT(refusal({"a", "--voice", out + ":2,af_heart", "--out", out}), HasSubstr("--voice "));
  EXPECT_THAT(refusal({"a", "--out", (model / "voices/x.bin").string()}), HasSubstr("--model "));
  EXPECT_THAT(refusal({"a", "--out", other, "--timestamps", (model / "config.json").string()}),
              HasSubstr("--timestamps "));
  std::ofstream(scratch / "words.tsv") << "a\ta\n";
  const std::string lexicon = (scratch / "words.tsv").string();
  EXPECT_THAT(refusal({"a", "--lexicon", lexicon, "--out", lexicon}), HasSubstr("--lexicon "));
}

TEST(SpeakModels, ExplainsWithoutAModel) {
  const CommandRun run = run_command({"speak", "--explain", "Hello world, blorptang."});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("phonemes  h\u0259l\u02C8O w\u02C8\u025C\u0279ld, "));
  EXPECT_THAT(run.out, HasSubstr("guessed   blorptang"));
}

// A model's own symbols, which may be fewer or more than the published ones.
TEST(SpeakModels, ExplainsWhichSymbolsAreDropped) {
  const CommandRun run =
      run_command({"speak", "--explain", "--phonemes", "h\u0259l\u2603O7\u2603"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("dropped   \u2603 7\n"));
  EXPECT_THAT(run.err, HasSubstr("the model has no symbol for \u2603 7"));
  EXPECT_THAT(run_command({"speak", "--explain", "--phonemes", "h\u0259lO"}).out,
              ::testing::Not(HasSubstr("dropped")));
  const ScratchFolder scratch;
  std::ofstream(scratch / "config.json") << R"({"vocab": {"a": 1, "7": 2}})";
  const CommandRun own = run_command(
      {"speak", "--explain", "-m", scratch.path().string(), "--phonemes", "a7g", "--json"});
  EXPECT_EQ(own.exit_code, 0) << own.err;
  EXPECT_THAT(own.out, HasSubstr(R"("dropped":["\u0261"])"));  // g is spelled so first
}

// Without any model the published symbols will do, but not in place of a model that is named.
TEST(SpeakModels, ExplainsWithNoOtherModelThanTheNamedOne) {
  EXPECT_EQ(run_command({"speak", "--explain", "-m", "/nowhere", "a"}).exit_code, 3);
  const ScratchFolder empty;
  const CommandRun flag = run_command({"speak", "--explain", "-m", empty.path().string(), "a"});
  EXPECT_EQ(flag.exit_code, 4);
  EXPECT_THAT(flag.err, HasSubstr(empty.path().string() + " holds no Kokoro model"));
  const Variable nowhere("DECIBIT_KOKORO_MODEL", "/nowhere");
  const CommandRun variable = run_command({"speak", "--explain", "a"});
  EXPECT_EQ(variable.exit_code, 3);
  EXPECT_THAT(variable.err, HasSubstr("/nowhere"));
}

// As under ulimit -v: the text is read by a thread of its own.
TEST(SpeakModels, SaysThatThereCanBeNoThread) {
  pthread_attr_t before, huge;
  ASSERT_EQ(::pthread_getattr_default_np(&before), 0);
  ASSERT_EQ(::pthread_getattr_default_np(&huge), 0);
  ASSERT_EQ(::pthread_attr_setstacksize(&huge, std::size_t{1} << 47), 0);  // all addresses
  ASSERT_EQ(::pthread_setattr_default_np(&huge), 0);
  const CommandRun run = run_command({"speak", "--explain", "Hi."});
  EXPECT_EQ(::pthread_setattr_default_np(&before), 0);
  EXPECT_EQ(run.exit_code, 7) << run.err;
  EXPECT_THAT(run.err, HasSubstr("cannot start another thread"));
  ::pthread_attr_destroy(&huge);
  ::pthread_attr_destroy(&before);
}

TEST(SpeakModels, ReadsATextThatBeginsWithANumberBelowZero) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"-5 degrees"}, {"--", "-5 degrees"}, {"-5 degrees", "--json"}}) {
    std::vector<std::string> all = {"speak", "--explain"};
    all.insert(all.end(), words.begin(), words.end());
    const CommandRun run = run_command(all);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("5 degrees"));
  }
  for (const std::string text : {"--out", "--json", "-m", "- item"}) {
    const CommandRun run = run_command({"speak", "--explain", "--", text});
    EXPECT_EQ(run.exit_code, 0) << text << run.err;
    EXPECT_THAT(run.out, HasSubstr("text      "));
  }
}

TEST(SpeakModels, ExplainsThatThereIsNoSound) {
  const CommandRun run = run_command({"speak", "--explain", "\xF0\x9F\x98\x80"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("no sound"));
}

TEST(SpeakModels, WarnsOfAVoiceOfAnotherLanguage) {
  const auto explain = [](const std::string& voice, const std::string& language) {
    return run_command({"speak", "--explain", "Hi", "--voice", voice, "--lang", language}).err;
  };
  EXPECT_THAT(explain("bf_emma:2,af_heart", "en-US"), HasSubstr("a voice for British English"));
  EXPECT_THAT(explain("./folder/bf_emma.bin", "a"), HasSubstr("a voice for British English"));
  EXPECT_THAT(explain("bf_emma", "EN_gb"), HasSubstr("read as American English"));
  EXPECT_EQ(explain("bf_emma", "b"), explain("bf_emma", "en-uk"));
  EXPECT_EQ(explain("af_heart", "en"), "");
  EXPECT_EQ(explain("my_voice", "a"), "");
  EXPECT_THAT(run_command({"speak", "--explain", "Hi", "--voice", "bm_george"}).err,
              HasSubstr("read as American English"));
}

TEST(SpeakModels, NotesATextThatNamesAFile) {
  const ScratchFolder scratch;
  const std::string file = (scratch / "letter.txt").string();
  std::ofstream(file) << "Dear reader";
  EXPECT_THAT(run_command({"speak", "--explain", file}).err, HasSubstr("did you mean --file"));
  EXPECT_EQ(run_command({"speak", "--explain", "letter"}).err, "");
}

TEST(SpeakModels, ListsGuessedWordsBareAndOnceAndWhatIsNotSpoken) {
  const CommandRun run =
      run_command({"speak", "--explain", "--json", "“Zorblat,” said Zorblat. 😀 😀"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, HasSubstr(R"("guessed":["Zorblat"],"dropped":["\ud83d\ude00"])"));
}

TEST(SpeakModels, ReplacesWhatIsNoText) {
  const CommandRun run = run_command({"speak", "--explain", "ca\xFFt \x01 dog"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, HasSubstr("not UTF-8"));
  EXPECT_THAT(run.err, HasSubstr("U+0001"));
}

TEST(SpeakModels, NamesTheVariableThatNamesNoModel) {
  const ScratchFolder scratch;
  const std::string folder = scratch.path().string();
  ::setenv("DECIBIT_KOKORO_MODEL", folder.c_str(), 1);
  const CommandRun run = run_command({"speak", "Hi.", "--out", (scratch / "a.wav").string()});
  ::unsetenv("DECIBIT_KOKORO_MODEL");
  EXPECT_NE(run.exit_code, 0);
  EXPECT_THAT(run.err, HasSubstr("$DECIBIT_KOKORO_MODEL: " + folder));
}

TEST(SpeakModels, SaysWhatIsNoModel) {
  const ScratchFolder scratch;
  std::ofstream(scratch / "note.txt") << "no weights";
  for (const std::string& path : {scratch.path().string(), (scratch / "note.txt").string()}) {
    const CommandRun run = run_command(
        {"speak", "-m", path, "--phonemes", "a", "--out", (scratch / "a.wav").string()});
    EXPECT_EQ(run.exit_code, 4);
    EXPECT_THAT(run.err, HasSubstr(path + " holds no Kokoro model: there is no config.json"));
    EXPECT_THAT(run.err, ::testing::Not(HasSubstr("--model-type")));
  }
  std::ofstream(scratch / "config.json") << R"({"model_type": "parrot"})";
  std::filesystem::copy_file(golden_source("whisper") / "model.safetensors",
                             scratch / "model.safetensors");
  const CommandRun run = run_command({"speak", "-m", scratch.path().string(), "--phonemes", "a",
                                      "--out", (scratch / "a.wav").string()});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, HasSubstr("parrot"));
  EXPECT_THAT(run.err, HasSubstr("the folder of a Kokoro model"));
}

TEST(SpeakModels, HelpIsText) {
  const CommandRun run = run_command({"speak", "--help"});
  EXPECT_THAT(run.out, HasSubstr("FILE.json, FILE.srt"));
}

TEST(SpeakModels, AnotherModelIsRefused) {
  const CommandRun run = run_command(
      {"speak", "-m", golden_source("whisper").string(), "--phonemes", "a", "--out", "x.wav"});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, HasSubstr("speaking needs Kokoro"));
}

}  // namespace
}  // namespace decibit::testing
