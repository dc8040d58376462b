// SPDX-License-Identifier: Apache-2.0
// The flags of mlx_audio.tts.generate, and the links that give its name.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "cli/command.h"
#include "cli/compat.h"
#include "cli/generate_command.h"
#include "cli/parse.h"
#include "cli/run.h"
#include "command_line.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using cli::Values;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<cli::SpeechJob> job(const std::vector<std::string>& flags, const std::string& text) {
  const Result<Values> values = cli::parse(*cli::find_command("generate"), flags);
  EXPECT_TRUE(values);
  Reporter reporter;
  return cli::generate_job(values.value(), text, reporter);
}

/// Where the first line goes.
std::string file(const std::vector<std::string>& flags) {
  const cli::SpeechOutputPlan plan = job(flags, "One.\n\n Two.")->output;
  EXPECT_TRUE(plan.replace);
  if (plan.kind == cli::SpeechOutputPlan::Kind::kFile) return plan.path.string();
  EXPECT_FALSE(plan.names.own_folder);
  return fmt::format("{}/{}{:0{}}.{}", plan.path.string(), plan.names.prefix, plan.names.first,
                     plan.names.digits, name(plan.encoding.format));
}

TEST(Generate, WritesAFileForEachLine) {
  EXPECT_EQ(file({}), "./audio_000.wav");
  EXPECT_EQ(file({"--file_prefix", "a/b", "--audio_format", "mp3"}), "a/b_000.mp3");
  EXPECT_EQ(file({"--output_path", "x", "--file_prefix=y"}), "x/y_000.wav");
  EXPECT_EQ(file({"--join_audio"}), "audio.wav");
}

// Field report B057.
TEST(Generate, DoublesNoExtension) {
  EXPECT_EQ(file({"--file_prefix", "out.wav"}), "./out_000.wav");
  EXPECT_EQ(file({"--file_prefix", "out.wav", "--join_audio"}), "out.wav");
  EXPECT_EQ(file({"--file_prefix", ".wav"}), "./.wav_000.wav");
}

TEST(Generate, TakesItsFlags) {
  auto made = job({"--voice", "bf_emma", "--speed", "1.5", "--lang_code", "b", "--audio_format",
                   "flac", "--verbose"},
                  " Say it.\r\n\n \t\n- again");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->voice, "bf_emma");
  EXPECT_EQ(made->options.voice.speed, 1.5f);
  EXPECT_EQ(made->options.paragraph_gap.count(), 0);
  EXPECT_EQ(made->output.encoding.format, AudioFormat::kFlac);
  const std::atomic<bool> stop = false;
  std::string text(64, '\0');
  text.resize(made->input.source.read(text, stop).value());
  EXPECT_EQ(text, "Say it.\r\n\n- again");
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
  EXPECT_EQ(run_command({"generate", "--text", " \n\t\n"}).exit_code, 2);
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

  // The last of them is in the way: none is made.
  const ScratchFolder taken;
  fs::create_symlink("/nowhere", taken / std::string(cli::program_aliases().back().name));
  EXPECT_EQ(run_command({"compat", taken.path().string()}).exit_code, 3);
  EXPECT_EQ(std::distance(fs::directory_iterator(taken.path()), {}), 1);
}

}  // namespace
}  // namespace decibit::testing
