// SPDX-License-Identifier: Apache-2.0
// Sound files made for tests, and what the reader makes of them.
#pragma once

#include <string>
#include <vector>

#include "core/reporter.h"
#include "io/audio_reader.h"
#include "sound.h"

namespace decibit::testing {

class Listener : public Reporter {
 public:
  void note(std::string_view text) override { notes.emplace_back(text); }
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  bool cancelled() const override { return stop; }

  std::vector<std::string> notes, warnings;
  bool stop = false;
};

/// `channels` interleaved; `format` is libsndfile's.
inline void write_sound(const std::filesystem::path& path, const std::vector<float>& samples,
                        int sample_rate_hz, int channels, int format) {
  SF_INFO info = {0, sample_rate_hz, channels, format, 0, 0};
  SNDFILE* const file = sf_open(path.c_str(), SFM_WRITE, &info);
  ASSERT_NE(file, nullptr) << sf_strerror(nullptr);
  sf_command(file, SFC_SET_CLIPPING, nullptr, SF_TRUE);
  const auto count = static_cast<sf_count_t>(samples.size());
  EXPECT_EQ(sf_write_float(file, samples.data(), count), count);
  sf_close(file);
}

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(std::fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
  std::fclose(file);
}

inline Result<std::unique_ptr<AudioReader>> open_reader(const std::filesystem::path& path,
                                                        Reporter& reporter) {
  const auto file = TRY(open_file(path));
  auto decoder = TRY(open_audio(file, reporter));
  return AudioReader::create(std::move(decoder), 16000, file->name(), reporter);
}

/// To the end, in blocks.
inline Result<std::vector<float>> read_all(SampleSource& source, std::size_t block = 4096) {
  std::vector<float> samples, part(block);
  while (true) {
    const std::size_t count = TRY(source.read(part));
    samples.insert(samples.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count));
    if (count < block) return samples;
  }
}

/// As a program hears it: read once, mixed anew if that is asked for.
inline Result<std::vector<float>> hear(const std::filesystem::path& path, Reporter& reporter) {
  const auto reader = TRY(open_reader(path, reporter));
  auto samples = TRY(read_all(*reader));
  if (!reader->revise()) return samples;
  TRY(reader->rewind());
  return read_all(*reader);
}

/// A tone of amplitude 0.5.
inline std::vector<float> sine(double frequency_hz, int sample_rate_hz, std::size_t count) {
  std::vector<float> samples(count);
  const double step = 2 * 3.14159265358979323846 * frequency_hz / sample_rate_hz;
  for (std::size_t i = 0; i < count; ++i)
    samples[i] = static_cast<float>(0.5 * std::sin(step * static_cast<double>(i)));
  return samples;
}

inline std::vector<float> interleaved(const std::vector<std::vector<float>>& channels) {
  std::vector<float> frames;
  for (std::size_t i = 0; i < channels.front().size(); ++i)
    for (const auto& channel : channels) frames.push_back(channel[i]);
  return frames;
}

inline double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double worst = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    worst = std::max(worst, std::abs(double{a[i]} - double{b[i]}));
  return worst;
}

}  // namespace decibit::testing
