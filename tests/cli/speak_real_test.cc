// SPDX-License-Identifier: Apache-2.0
// decibit speak and generate with the real Kokoro-82M (scripts/get-weights.sh): every way out has
// the same samples. Skipped where the weights are not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "command_line.h"

namespace decibit::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kModel = fs::path(DECIBIT_SOURCE_DIR) / ".models/kokoro-82m";
constexpr std::size_t kWavHeader = 44, kBytesPerSecond = 2 * 24000;

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Little-endian.
std::uint32_t u32(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

class SpeakReal : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kModel)) GTEST_SKIP() << "no weights: run scripts/get-weights.sh";
  }

  CommandRun decibit(std::vector<std::string> words) const {
    words.insert(words.begin() + 1, {"--model", kModel.string()});
    CommandRun run = run_command(words);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run;
  }
  /// The 16-bit samples that speak writes for `text` with these flags.
  std::string samples(const std::string& text, const std::vector<std::string>& flags = {}) const {
    const fs::path file = scratch_ / "samples.pcm";
    std::vector<std::string> words = {"speak", text, "--out", file.string(), "--force"};
    words.insert(words.end(), flags.begin(), flags.end());
    decibit(words);
    return bytes_of(file);
  }

  ScratchFolder scratch_;
};

TEST_F(SpeakReal, EveryWayOutHasTheSameSamples) {
  const std::string text = "One is here.\n\nTwo, as well.";
  const std::string pcm = samples(text, {"--gap-ms", "250"});

  const fs::path file = scratch_ / "text.txt";
  std::ofstream(file) << text << "\r\n";
  EXPECT_EQ(decibit({"speak", "--file", file.string(), "--gap-ms", "250", "--stream", "--format",
                     "pcm", "--threads", "1"})
                .out,
            pcm);
  decibit({"speak", text, "--gap-ms", "250", "--out", (scratch_ / "a.wav").string()});
  const std::string wav = bytes_of(scratch_ / "a.wav");
  EXPECT_EQ(u32(wav, 24), 24000u);
  EXPECT_EQ(wav.substr(kWavHeader), pcm);

  decibit({"speak", text, "--split", (scratch_ / "parts").string(), "--format", "pcm"});
  const std::string one = bytes_of(scratch_ / "parts/0001.pcm");
  const std::string two = bytes_of(scratch_ / "parts/0002.pcm");
  EXPECT_EQ(one + std::string(kBytesPerSecond / 4, '\0') + two, pcm);
}

// Field report B057.
TEST_F(SpeakReal, JoinedLinesAreAsLongAsTheirFiles) {
  const std::string prefix = (scratch_ / "out.wav").string();
  const std::vector<std::string> words = {
      "generate", "--text", "One.\nTwo.", "--file_prefix", prefix, "--audio_format", "wav"};
  decibit(words);
  std::vector<std::string> joined = words;
  joined.emplace_back("--join_audio");
  decibit(joined);
  const std::string first = bytes_of(scratch_ / "out_000.wav");
  const std::string second = bytes_of(scratch_ / "out_001.wav");
  const std::string both = bytes_of(scratch_ / "out.wav");
  ASSERT_GT(first.size(), kWavHeader);
  ASSERT_GT(second.size(), kWavHeader);
  EXPECT_EQ(both.substr(kWavHeader), first.substr(kWavHeader) + second.substr(kWavHeader));
  for (const std::string& wav : {first, second, both}) EXPECT_EQ(u32(wav, 24), 24000u);
}

TEST_F(SpeakReal, PausesAreSilentAndTimesKnowThem) {
  const fs::path times = scratch_ / "t.json";
  const std::string pcm = samples("One. [pause 2s] Two.", {"--timestamps", times.string()});
  EXPECT_GT(pcm.size(), 2 * kBytesPerSecond);
  EXPECT_NE(pcm.find(std::string(2 * kBytesPerSecond, '\0')), pcm.npos);
  const std::string json = bytes_of(times);
  std::smatch two;
  ASSERT_TRUE(std::regex_search(json, two, std::regex(R"re("Two\.","start":([0-9.]+))re"))) << json;
  EXPECT_GT(std::stod(two[1]), 2.5);
  EXPECT_LT(std::stod(two[1]), static_cast<double>(pcm.size()) / kBytesPerSecond);
}

// As without sound: also what stands in a paragraph of its own.
TEST_F(SpeakReal, ExplainsAllThatIsDropped) {
  const std::string phonemes = "\u2603\n\nh\u0259lO\n\n\u2604";
  const CommandRun silent = decibit({"speak", "--explain", "--phonemes", phonemes});
  const CommandRun spoken = decibit(
      {"speak", "--explain", "--phonemes", phonemes, "--out", (scratch_ / "a.wav").string()});
  EXPECT_THAT(silent.out, HasSubstr("dropped   \u2603 \u2604\n"));
  EXPECT_THAT(spoken.out, HasSubstr("dropped   \u2603 \u2604\n"));
}

TEST_F(SpeakReal, StreamedSoundLeavesTheReportToStandardError) {
  const CommandRun run =
      decibit({"speak", "Hello.", "--stream", "--format", "pcm", "--json", "--explain"});
  EXPECT_EQ(run.out, samples("Hello."));
  EXPECT_THAT(run.err, HasSubstr("\"schema\":\"decibit.speak/1\",\"ok\":true"));
  EXPECT_THAT(run.err, HasSubstr("\"out\":\"standard output\""));
}

}  // namespace
}  // namespace decibit::testing
