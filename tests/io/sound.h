// SPDX-License-Identifier: Apache-2.0
// A folder that goes with the test, a tone, and sound files read back by libsndfile.
#pragma once

#include <gtest/gtest.h>
#include <sndfile.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace decibit::testing {

class SoundTest : public ::testing::Test {
 protected:
  SoundTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("decibit-sound-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~SoundTest() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      found.push_back(entry.path().filename().string());
    return found;
  }
  const std::filesystem::path folder_;
};

/// One second of 191 Hz at 24 kHz, amplitude 0.5.
inline std::vector<float> tone() {
  std::vector<float> samples(24000);
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = 0.5f * std::sin(static_cast<float>(i) * 0.05f);
  return samples;
}

inline double power(const std::vector<float>& samples) {
  double sum = 0;
  for (const float x : samples) sum += double{x} * double{x};
  return sum / static_cast<double>(samples.size());
}

struct Sound {
  int sample_rate_hz = 0, channels = 0;
  std::vector<float> samples;
};

/// `raw_rate_hz`: of a file that has no header.
inline Sound read_sound(const std::filesystem::path& path, int raw_rate_hz = 0) {
  SF_INFO info = {};
  if (raw_rate_hz > 0)
    info = {0, raw_rate_hz, 1, SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 0, 0};
  SNDFILE* const file = sf_open(path.c_str(), SFM_READ, &info);
  EXPECT_NE(file, nullptr) << path << ": " << sf_strerror(nullptr);
  if (file == nullptr) return {};
  Sound sound = {info.samplerate, info.channels, {}};
  std::vector<float> block(4096);
  while (true) {
    const sf_count_t n = sf_read_float(file, block.data(), static_cast<sf_count_t>(block.size()));
    if (n <= 0) break;
    sound.samples.insert(sound.samples.end(), block.begin(), block.begin() + n);
  }
  sf_close(file);
  return sound;
}

}  // namespace decibit::testing
