// SPDX-License-Identifier: Apache-2.0
// The speaking program as a process with the real Kokoro-82M (scripts/get-weights.sh): signals, a
// reader that leaves, full disks. Skipped where the weights are not there.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "child.h"
#include "command_line.h"
#include "host_tensors.h"

namespace decibit::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

const fs::path kModel = fs::path(DECIBIT_SOURCE_DIR) / ".models/kokoro-82m";
constexpr std::size_t kWavHeader = 44;

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t u32(const std::string& bytes, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

class SpeakProcess : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kModel)) GTEST_SKIP() << "no weights: run scripts/get-weights.sh";
  }
  static ChildResult speak(std::vector<std::string> words, const ChildOptions& options = {}) {
    words.insert(words.begin(), {"speak", "-m", kModel.string()});
    return run_child(words, options);
  }
  /// Ctrl-C once the first paragraph was spoken, with a much longer one to come.
  static ChildResult interrupted(std::vector<std::string> words) {
    std::string text = "The birch canoe slid on the smooth planks.\n\n";
    for (int i = 0; i < 20; ++i) text += "Glue the sheet to the dark blue background. ";
    words.push_back(text);
    return speak(words, {.on_terminal = true, .signal = SIGINT, .signal_after = "s of speech"});
  }

  ScratchFolder scratch_;
};

TEST_F(SpeakProcess, KeepsWhatWasSpokenWhenItIsInterrupted) {
  const fs::path out = scratch_ / "a.wav";
  const ChildResult run = interrupted({"--out", out.string()});
  EXPECT_EQ(run.exit_code, 130) << run.out;
  EXPECT_THAT(run.out, HasSubstr("interrupted; " + out.string() + " holds the "));
  const std::string wav = bytes_of(out);
  ASSERT_GT(wav.size(), kWavHeader + 24000);
  EXPECT_EQ(u32(wav, 40), wav.size() - kWavHeader);
  EXPECT_EQ(folder_content(scratch_.path()).size(), 1u);

  const ChildResult again = interrupted(
      {"--out", out.string(), "--force", "--timestamps", (scratch_ / "a.srt").string()});
  EXPECT_EQ(again.exit_code, 130) << again.out;
  EXPECT_EQ(bytes_of(out), wav) << "the older file stays";
  EXPECT_TRUE(fs::exists(scratch_ / "a.interrupted.wav"));
  EXPECT_TRUE(fs::exists(scratch_ / "a.interrupted.srt"));
  EXPECT_FALSE(fs::exists(scratch_ / "a.srt")) << "the older file has no such times";
}

TEST_F(SpeakProcess, KeepsWholeParagraphsWhenItIsInterrupted) {
  const fs::path parts = scratch_ / "parts", times = scratch_ / "t.srt";
  const ChildResult run = interrupted({"--split", parts.string(), "--timestamps", times.string()});
  EXPECT_EQ(run.exit_code, 130) << run.out;
  EXPECT_THAT(run.out, HasSubstr("interrupted; " + parts.string() + " holds the "));
  EXPECT_EQ(folder_content(parts).size(), 1u);
  const std::string spoken = bytes_of(times);
  EXPECT_THAT(spoken, HasSubstr("canoe"));
  EXPECT_THAT(spoken, Not(HasSubstr("Glue")));
}

// The paragraph is whole while the program waits for the next.
TEST_F(SpeakProcess, KeepsAParagraphBehindWhichNothingComes) {
  const fs::path text = scratch_ / "text", parts = scratch_ / "parts";
  ASSERT_EQ(::mkfifo(text.c_str(), 0600), 0);
  const int pipe = ::open(text.c_str(), O_RDWR | O_CLOEXEC);  // a writer that never leaves
  ASSERT_GE(pipe, 0);
  constexpr std::string_view kParagraph = "Hello there.\n\n";
  ASSERT_EQ(::write(pipe, kParagraph.data(), kParagraph.size()),
            static_cast<ssize_t>(kParagraph.size()));
  const ChildResult run =
      speak({"--file", text.string(), "--split", parts.string()},
            {.on_terminal = true, .signal = SIGINT, .signal_after = "s of speech"});
  ::close(pipe);
  EXPECT_EQ(run.exit_code, 130) << run.out;
  EXPECT_THAT(run.out, HasSubstr("interrupted; " + parts.string() + " holds the "));
  EXPECT_GT(bytes_of(parts / "0001.wav").size(), kWavHeader + 24000);
}

TEST_F(SpeakProcess, ReplacesNothingUnlessAsked) {
  const fs::path out = scratch_ / "a.wav";
  std::ofstream(out) << "mine";
  const ChildResult run = speak({"Hi.", "--out", out.string()});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr(out.string() + " exists already"));
  EXPECT_EQ(bytes_of(out), "mine");
  fs::create_directory(scratch_ / "parts");
  std::ofstream(scratch_ / "parts/note") << "mine";
  const ChildResult split = speak({"Hi.", "--split", (scratch_ / "parts").string()});
  EXPECT_EQ(split.exit_code, 3);
  EXPECT_THAT(split.err, HasSubstr("is not empty"));
}

TEST_F(SpeakProcess, EndsWithItsReader) {
  EXPECT_EQ(speak({"Hi.", "--stream"}, {.reader_leaves = true}).exit_code, 141);
}

// The report, in JSON too, would lie behind the last sample.
TEST_F(SpeakProcess, WritesSoundAloneToStandardOutput) {
  const std::string link = (scratch_ / "link").string(), file = (scratch_ / "file").string();
  fs::create_symlink("/proc/self/fd/1", link);
  const std::string wav = speak({"Hi.", "--stream"}).out;
  ASSERT_GT(wav.size(), kWavHeader + 4800);
  for (const std::string& out : {std::string("/dev/stdout"), std::string("/dev/fd/1"), link}) {
    const ChildResult run = speak({"Hi.", "--json", "--out", out, "--format", "wav"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(run.out, wav) << out;
    EXPECT_THAT(run.err, HasSubstr("\"ok\""));
  }
  speak({"Hi.", "--out", "/dev/stdout", "--format", "pcm"}, {.stdout_file = file});
  EXPECT_EQ(bytes_of(file), wav.substr(kWavHeader));
}

TEST_F(SpeakProcess, SaysThatADiskIsFull) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  const ChildResult file = speak({"Hi.", "--out", "/dev/full", "--format", "wav"});
  EXPECT_EQ(file.exit_code, 7) << file.err;
  EXPECT_THAT(file.err, HasSubstr("/dev/full"));
  const ChildResult stream = speak({"Hi.", "--stream"}, {.stdout_file = "/dev/full"});
  EXPECT_EQ(stream.exit_code, 7) << stream.err;
  EXPECT_THAT(stream.err, HasSubstr("standard output"));
}

TEST_F(SpeakProcess, WritesNothingOfATextWithoutSound) {
  const std::string silent = "\U0001F600\n\n\U0001F600";
  const ChildResult stream = speak({silent, "--stream"});
  EXPECT_EQ(stream.exit_code, 2);
  EXPECT_EQ(stream.out, "");
  EXPECT_EQ(speak({silent, "--split", (scratch_ / "a/b").string()}).exit_code, 2);
  EXPECT_EQ(speak({silent, "--out", (scratch_ / "a.wav").string(), "--timestamps",
                   (scratch_ / "a.srt").string()})
                .exit_code,
            2);
  EXPECT_TRUE(fs::is_empty(scratch_.path()));
}

}  // namespace
}  // namespace decibit::testing
