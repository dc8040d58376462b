// SPDX-License-Identifier: Apache-2.0
// The flags of mlx_audio.stt.generate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/command.h"
#include "cli/parse.h"
#include "cli/stt_generate_command.h"
#include "command_line.h"

namespace decibit::testing {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<cli::TranscriptJob> job(std::vector<std::string> flags) {
  flags.insert(flags.end(), {"--audio", "talk.mp3", "--output_path", "x/y.z"});
  const auto values = cli::parse(*cli::find_command("stt-generate"), flags);
  EXPECT_TRUE(values) << to_string(values.error());
  Reporter silent;
  return cli::stt_generate_job(values.value(), silent);
}

TEST(SttGenerate, WritesOneFileGreedily) {
  const auto made = job({});
  ASSERT_TRUE(made);
  EXPECT_THAT(made->inputs, ElementsAre("talk.mp3"));
  EXPECT_THAT(made->output.formats, ElementsAre(transcription::TranscriptFormat::kTxt));
  EXPECT_THAT(made->output.bases, ElementsAre(std::filesystem::path("x/y.z")));
  EXPECT_EQ(made->options.beam_size, 1);
  EXPECT_EQ(made->options.language, "en");
  EXPECT_EQ(made->options.temperatures.size(), 6u);
  EXPECT_FALSE(made->live);
  EXPECT_THAT(job({"--format", "vtt"})->output.formats,
              ElementsAre(transcription::TranscriptFormat::kVtt));
}

TEST(SttGenerate, TakesKeywords) {
  const auto made = job({"--language", "de", "--verbose", "--gen-kwargs",
                         R"({"word_timestamps": true, "initial_prompt": "Hm", "temperature": 0.4,
                             "clip_timestamps": [1, 2.5], "no_speech_threshold": null,
                             "condition_on_previous_text": false, "hotwords": ["x"]})"});
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_TRUE(made->options.word_timestamps);
  EXPECT_TRUE(made->output.has_words);
  EXPECT_EQ(made->options.initial_prompt, "Hm");
  EXPECT_THAT(made->options.temperatures, ElementsAre(0.4));
  EXPECT_THAT(made->options.clip_timestamps, ElementsAre(1, 2.5));
  EXPECT_FALSE(made->options.no_speech_threshold);
  EXPECT_FALSE(made->options.condition_on_previous_text);
  EXPECT_EQ(made->options.language, "de");
  EXPECT_TRUE(made->verbose);
}

TEST(SttGenerate, TakesValuesAsPythonDoes) {
  const auto made = job({"--gen-kwargs",
                         R"({"temperature": [0, 0.5], "word_timestamps": 1, "patience": null,
                             "condition_on_previous_text": 0, "suppress_tokens": null,
                             "best_of": null, "task": null, "language": null})"});
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_THAT(made->options.temperatures, ElementsAre(0, 0.5));
  EXPECT_TRUE(made->options.word_timestamps);
  EXPECT_FALSE(made->options.condition_on_previous_text);
  EXPECT_TRUE(made->options.suppress_tokens.empty());
  EXPECT_EQ(made->options.best_of, 1);
  EXPECT_EQ(made->options.language, "");
  EXPECT_EQ(job({"--gen-kwargs", R"({"temperature": null})"})->options.temperatures.size(), 6u);
}

TEST(SttGenerate, NeverReplacesTheSound) {
  const ScratchFolder scratch;
  std::ofstream(scratch / "talk.txt") << "sound";
  const CommandRun run = run_command({"stt-generate", "--audio", (scratch / "talk.txt").string(),
                                      "--output-path", (scratch / "talk").string()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("would be replaced"));
}

TEST(SttGenerate, Refuses) {
  EXPECT_FALSE(job({"--gen-kwargs", R"({"temperature": []})"}));
  EXPECT_FALSE(job({"--gen-kwargs", R"({"temperature": [0, 2]})"}));
  EXPECT_FALSE(job({"--gen-kwargs", R"({"word_timestamps": "maybe"})"}));
  EXPECT_FALSE(job({"--gen-kwargs", R"({"task": "guess"})"}));
  EXPECT_EQ(run_command({"stt-generate", "--audio", "a.wav"}).exit_code, 2);
  EXPECT_FALSE(job({"--gen-kwargs", "[1]"}));
  EXPECT_FALSE(job({"--gen-kwargs", "{"}));
  const CommandRun run = run_command({"stt-generate", "--audio", "/nowhere", "--output-path", "x",
                                      "--max-tokens", "3", "--context", "y", "--stream"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("--max-tokens, --context: without meaning for Whisper"));
  EXPECT_THAT(run.err, HasSubstr("not shown while"));
}

}  // namespace
}  // namespace decibit::testing
