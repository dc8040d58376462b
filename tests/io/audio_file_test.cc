// SPDX-License-Identifier: Apache-2.0
// Sound to files: what was written is read back; a file is there whole or not at all.
#include "io/audio_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <vector>

namespace decibit {
namespace {

namespace fs = std::filesystem;

class AudioFile : public ::testing::TestWithParam<std::string> {
 protected:
  AudioFile()
      : folder_(fs::temp_directory_path() / ("decibit-audio-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~AudioFile() override { fs::remove_all(folder_); }

  static std::vector<float> tone() {
    std::vector<float> samples(24000);
    for (std::size_t i = 0; i < samples.size(); ++i)
      samples[i] = 0.5f * std::sin(static_cast<float>(i) * 0.05f);
    return samples;
  }
  const fs::path folder_;
};

TEST_P(AudioFile, IsReadBack) {
  const fs::path path = folder_ / ("tone." + GetParam());
  auto writer = AudioWriter::create(path, *audio_format_from_name(GetParam()), 24000, false);
  ASSERT_TRUE(writer) << writer.error().message;
  const std::vector<float> samples = tone();
  ASSERT_TRUE(writer->write(std::span(samples).first(10000)));
  ASSERT_TRUE(writer->write(std::span(samples).subspan(10000)));
  EXPECT_FALSE(fs::exists(path));
  ASSERT_TRUE(writer->finish());
  EXPECT_FALSE(fs::exists(path.string() + ".partial"));

  SF_INFO info = {};
  SNDFILE* const file = sf_open(path.c_str(), SFM_READ, &info);
  ASSERT_NE(file, nullptr) << sf_strerror(nullptr);
  EXPECT_EQ(info.samplerate, 24000);
  EXPECT_EQ(info.channels, 1);
  std::vector<float> read(samples.size() + 4800);
  const sf_count_t count = sf_read_float(file, read.data(), static_cast<sf_count_t>(read.size()));
  sf_close(file);
  EXPECT_GE(count, 24000);
  EXPECT_LE(count, 24000 + 2400);  // codecs pad
  double power = 0;
  for (sf_count_t i = 0; i < count; ++i)
    power += std::pow(double{read[static_cast<std::size_t>(i)]}, 2) / 24000;
  EXPECT_NEAR(power, 0.125, 0.01);
}

INSTANTIATE_TEST_SUITE_P(, AudioFile, ::testing::ValuesIn(audio_format_names()),
                         [](const auto& p) { return p.param; });

TEST_F(AudioFile, ReplacesOnlyWhenAsked) {
  const fs::path path = folder_ / "taken.wav";
  std::ofstream(path) << "mine";
  const auto refused = AudioWriter::create(path, AudioFormat::kWav, 24000, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  {
    auto unfinished = AudioWriter::create(path, AudioFormat::kWav, 24000, true);
    ASSERT_TRUE(unfinished);
    ASSERT_TRUE(unfinished->write(tone()));
    const auto second = AudioWriter::create(path, AudioFormat::kWav, 24000, true);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, ::testing::HasSubstr("another process"));
  }
  EXPECT_EQ(fs::file_size(path), 4u);
  EXPECT_FALSE(fs::exists(path.string() + ".partial"));
  auto writer = AudioWriter::create(path, AudioFormat::kWav, 24000, true);
  ASSERT_TRUE(writer && writer->write(tone()) && writer->finish());
  EXPECT_GT(fs::file_size(path), 48000u);
}

TEST_F(AudioFile, SaysWhatIsWrongWithThePath) {
  const auto folder = AudioWriter::create(folder_, AudioFormat::kWav, 24000, true);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, ErrorCode::kUsage);
  const auto absent = AudioWriter::create(folder_ / "absent/x.wav", AudioFormat::kWav, 24000, true);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace decibit
