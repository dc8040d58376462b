// SPDX-License-Identifier: Apache-2.0
// The flags of mlx_audio.tts.generate, and the links that give its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.h"
#include "cli/compat.h"
#include "cli/generate_command.h"
#include "cli/parse.h"
#include "cli/run.h"
#include "cli/spoken_text.h"
#include "command_line.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using cli::Values;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<std::vector<Values>> calls(const std::vector<std::string>& flags, const std::string& text) {
  const Result<Values> values = cli::parse(*cli::find_command("generate"), flags);
  EXPECT_TRUE(values);
  Reporter reporter;
  return cli::speak_calls(values.value(), text, reporter);
}

std::vector<std::string> files(const std::vector<std::string>& flags, const std::string& text) {
  std::vector<std::string> names;
  const auto all = calls(flags, text);
  for (const Values& call : all.value()) names.push_back(call.get("--out"));
  return names;
}

TEST(Generate, WritesAFileForEachLine) {
  EXPECT_THAT(files({}, "One.\n\n  Two.\r\n \n"), ElementsAre("audio_000.wav", "audio_001.wav"));
  EXPECT_THAT(files({"--file_prefix", "a/b", "--audio_format", "mp3"}, "One."),
              ElementsAre("a/b_000.mp3"));
  EXPECT_THAT(files({"--output_path", "x", "--file_prefix=y"}, "1\n-\n2"),
              ElementsAre("x/y_000.wav", "x/y_001.wav"));
  EXPECT_THAT(files({"--join_audio"}, "One.\nTwo."), ElementsAre("audio.wav"));
}

// Field report B057.
TEST(Generate, DoublesNoExtension) {
  EXPECT_THAT(files({"--file_prefix", "out.wav"}, "One.\nTwo."),
              ElementsAre("out_000.wav", "out_001.wav"));
  EXPECT_THAT(files({"--file_prefix", "out.wav", "--join_audio"}, "One.\nTwo."),
              ElementsAre("out.wav"));
  EXPECT_THAT(files({"--file_prefix", ".wav"}, "One."), ElementsAre(".wav_000.wav"));
}

TEST(Generate, HandsItsFlagsToSpeak) {
  const auto all = calls({"--model", "org/name", "--voice", "bf_emma", "--speed", "1.5",
                          "--lang_code", "b", "--audio_format", "flac", "--verbose"},
                         " Say it.");
  ASSERT_TRUE(all);
  const Values& call = all->front();
  EXPECT_EQ(call.get("--model"), "org/name");
  EXPECT_EQ(call.get("--voice"), "bf_emma");
  EXPECT_EQ(call.get("--speed"), "1.5");
  EXPECT_EQ(call.get("--lang"), "b");
  EXPECT_EQ(call.get("--format"), "flac");
  EXPECT_EQ(call.get(cli::kText), "Say it.");
  EXPECT_TRUE(call.given("--force"));
  EXPECT_FALSE(calls({}, "x")->front().given("--lang"));
}

TEST(Generate, RefusesWhatKokoroCannotDo) {
  for (const std::vector<std::string>& flags : {std::vector<std::string>{"--ref_audio", "me.wav"},
                                                {"--ref-text", "x"},
                                                {"--stream"},
                                                {"--save"},
                                                {"--audio_format", "aiff"}}) {
    std::vector<std::string> words = {"generate", "--text", "Hi"};
    words.insert(words.end(), flags.begin(), flags.end());
    EXPECT_EQ(run_command(words).exit_code, 2) << flags.front();
  }
  EXPECT_EQ(run_command({"generate", "--text", " \n-\n"}).exit_code, 2);
  const CommandRun run = run_command({"generate", "--model", "/nowhere", "--text", "Hi", "--play",
                                      "--temperature", "0.7", "--use_zero_spk_emb"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("--temperature, --use-zero-spk-emb: without meaning"));
  EXPECT_THAT(run.err, HasSubstr("not played"));
}

TEST(Compat, LinksAreNeverReplaced) {
  const ScratchFolder folder;
  const CommandRun first = run_command({"compat", folder.path().string()});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  for (const cli::ProgramAlias& alias : cli::program_aliases()) {
    EXPECT_TRUE(fs::equivalent(folder / std::string(alias.name), "/proc/self/exe"));
    std::string path = (folder / std::string(alias.name)).string();
    std::string flag = "--help";
    char* words[] = {path.data(), flag.data()};
    EXPECT_THAT(cli::command_words(2, words), ElementsAre(std::string(alias.command), "--help"));
    EXPECT_NE(cli::find_command(alias.command), nullptr);
  }
  EXPECT_THAT(run_command({"compat", folder.path().string()}).out, HasSubstr("there already"));

  const fs::path other = folder / "mlx_audio.convert";
  fs::remove(other);
  fs::create_symlink("/nowhere", other);
  EXPECT_EQ(run_command({"compat", folder.path().string()}).exit_code, 3);
  EXPECT_EQ(fs::read_symlink(other), "/nowhere");
  EXPECT_EQ(run_command({"compat", "/nowhere"}).exit_code, 3);
}

}  // namespace
}  // namespace decibit::testing
