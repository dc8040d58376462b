// SPDX-License-Identifier: Apache-2.0
// One signal under every header that WAV files have.
#include "io/wav_reader.h"

#include <gmock/gmock.h>

#include "heard.h"

namespace decibit {
namespace {

using ::testing::HasSubstr;
using testing::hear;
using ::testing::IsEmpty;
using testing::Listener;

std::string u16(unsigned value) {
  return {static_cast<char>(value & 0xFF), static_cast<char>(value >> 8)};
}
std::string u32(std::uint32_t value) { return u16(value & 0xFFFF) + u16(value >> 16); }
std::string chunk(const std::string& name, const std::string& content) {
  return name + u32(static_cast<std::uint32_t>(content.size())) + content +
         std::string(content.size() % 2, '\0');
}
std::string riff(const std::string& chunks) { return chunk("RIFF", "WAVE" + chunks); }

const std::string kGuidTail("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71", 14);

std::string format(unsigned codec, unsigned bytes, unsigned channels = 1, unsigned rate = 16000) {
  return chunk("fmt ", u16(codec) + u16(channels) + u32(rate) + u32(rate * bytes * channels) +
                           u16(bytes * channels) + u16(8 * bytes));
}
std::string extended_format(unsigned codec, unsigned bytes) {
  return chunk("fmt ", u16(0xFFFE) + u16(1) + u32(16000) + u32(16000 * bytes) + u16(bytes) +
                           u16(8 * bytes) + u16(22) + u16(8 * bytes) + u32(4) + u16(codec) +
                           kGuidTail);
}

/// Little-endian integers of this many bytes.
std::string integers(const std::vector<float>& samples, unsigned bytes) {
  std::string data;
  for (const float x : samples) {
    const auto value =
        static_cast<std::int64_t>(std::ldexp(double{x}, 8 * static_cast<int>(bytes) - 1));
    for (unsigned i = 0; i < bytes; ++i) data.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  }
  return data;
}

const std::vector<float> kSignal = testing::sine(440, 16000, 1601);

class WavReader : public testing::SoundTest {
 protected:
  void expect_heard(const std::string& bytes, double resolution, const std::string& what) {
    testing::write_bytes(folder_ / "x.wav", bytes);
    Listener listener;
    const auto heard = hear(folder_ / "x.wav", listener);
    ASSERT_TRUE(heard) << what << ": " << heard.error().message;
    EXPECT_LE(testing::largest_difference(*heard, kSignal), resolution) << what;
    EXPECT_THAT(listener.warnings, IsEmpty()) << what;
  }
  Error error_of(const std::string& bytes) {
    testing::write_bytes(folder_ / "x.wav", bytes);
    Listener listener;
    const auto heard = hear(folder_ / "x.wav", listener);
    EXPECT_FALSE(heard);
    return heard ? Error{} : heard.error();
  }
};

TEST_F(WavReader, ReadsWhatOthersWrite) {
  const std::vector<std::pair<int, double>> rows = {
      {SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1.01 / 128},
      {SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1.01 / 32768},
      {SF_FORMAT_WAV | SF_FORMAT_PCM_24, 1e-6},
      {SF_FORMAT_WAV | SF_FORMAT_PCM_32, 1e-7},
      {SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0},
      {SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 0},
      {SF_FORMAT_WAV | SF_FORMAT_ALAW, 1.01 / 64},
      {SF_FORMAT_WAV | SF_FORMAT_ULAW, 1.01 / 64},
      {SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 1.01 / 32768},
      {SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 1e-6},
      {SF_FORMAT_WAVEX | SF_FORMAT_FLOAT, 0},
      {SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 1.01 / 32768},
      {SF_FORMAT_W64 | SF_FORMAT_PCM_16, 1.01 / 32768},
      {SF_FORMAT_WAV | SF_ENDIAN_BIG | SF_FORMAT_PCM_16, 1.01 / 32768},  // RIFX
      {SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 1.01 / 32768},
      {SF_FORMAT_AU | SF_FORMAT_PCM_16, 1.01 / 32768},
      {SF_FORMAT_CAF | SF_FORMAT_PCM_16, 1.01 / 32768},
      {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1.01 / 32768}};
  for (const auto& [format, resolution] : rows) {
    const auto path = folder_ / "x.wav";  // whatever it is
    testing::write_sound(path, kSignal, 16000, 1, format);
    Listener listener;
    const auto heard = hear(path, listener);
    ASSERT_TRUE(heard) << std::hex << format << ": " << heard.error().message;
    EXPECT_LE(testing::largest_difference(*heard, kSignal), resolution) << std::hex << format;
    EXPECT_THAT(listener.warnings, IsEmpty()) << std::hex << format;
  }
}

TEST_F(WavReader, ReadsHeadersOfEveryShape) {
  const std::string data = integers(kSignal, 2);
  const double resolution = 1.01 / 32768;
  expect_heard(riff(format(1, 2) + chunk("data", data)), resolution, "plain");
  expect_heard(riff(extended_format(1, 2) + chunk("data", data)), resolution, "tag 0xFFFE");
  expect_heard(riff(extended_format(1, 3) + chunk("data", integers(kSignal, 3))), 1e-6,
               "24 bits with tag 0xFFFE");
  expect_heard(riff(format(1, 3) + chunk("data", integers(kSignal, 3))), 1e-6,
               "24 bits with tag 1");
  expect_heard(riff(format(1, 2) + chunk("odd ", "abc") + chunk("data", data)), resolution,
               "a chunk of odd size");
  expect_heard(riff(format(1, 2) + chunk("data", data) + chunk("LIST", std::string(99, 'L'))),
               resolution, "a chunk after the data");
  expect_heard(riff(chunk("JUNK", std::string(28, '\0')) + format(1, 2) + chunk("data", data)),
               resolution, "a chunk before the format");
}

TEST_F(WavReader, TakesStreamedSizesForTheRestOfTheFile) {
  const std::string data = integers(kSignal, 2);
  for (const std::uint32_t size : {0xFFFFFFFFu, 0u, 0x7FFFFFFFu, 0x80000000u}) {
    for (const std::uint32_t riff_size : {0xFFFFFFFFu, 0u, 36u})
      expect_heard("RIFF" + u32(riff_size) + "WAVE" + format(1, 2) + "data" + u32(size) + data,
                   1.01 / 32768, std::to_string(size));
  }
}

TEST_F(WavReader, SaysWhatIsMissing) {
  const std::string whole = riff(format(1, 2) + chunk("data", integers(kSignal, 2)));
  testing::write_bytes(folder_ / "x.wav", whole.substr(0, whole.size() - 1202));
  Listener listener;
  const auto heard = hear(folder_ / "x.wav", listener);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->size(), 1000u);
  ASSERT_EQ(listener.warnings.size(), 1u);
  EXPECT_THAT(listener.warnings[0], HasSubstr("x.wav: it ends early: 1202 bytes are missing"));
}

TEST_F(WavReader, RefusesHeadersThatContradictThemselves) {
  const std::string data = chunk("data", integers(kSignal, 2));
  EXPECT_THAT(error_of(riff(data)).message, HasSubstr("no format chunk"));
  EXPECT_THAT(error_of(riff(format(1, 2))).message, HasSubstr("ends before its data"));
  EXPECT_THAT(error_of(riff(chunk("fmt ", "abc") + data)).message, HasSubstr("at least 16 bytes"));
  EXPECT_THAT(error_of(riff(format(1, 2, 0) + data)).message, HasSubstr("no channels"));
  EXPECT_EQ(error_of(riff(format(1, 2, 65535) + data)).code, ErrorCode::kBadInput);
  EXPECT_THAT(error_of(riff(format(1, 2, 1, 0) + data)).message, HasSubstr("it has 0 samples"));
  EXPECT_THAT(error_of(riff(format(1, 2, 1, 999) + data)).message,
              HasSubstr("999 samples a second; from 1000"));
  EXPECT_EQ(error_of(riff(format(1, 2, 1, 0xFFFFFFFF) + data)).code, ErrorCode::kBadInput);
  EXPECT_EQ(error_of(riff(format(0x1234, 2) + data)).code, ErrorCode::kBadInput);
}

TEST_F(WavReader, EveryBeginningOfAFileIsReadOrRefused) {
  const std::string whole =
      riff(extended_format(1, 2) + chunk("data", integers(testing::sine(440, 16000, 20), 2)));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    testing::write_bytes(folder_ / "x.wav", whole.substr(0, size));
    Listener listener;
    const auto heard = hear(folder_ / "x.wav", listener);
    if (!heard) {
      EXPECT_EQ(heard.error().code, ErrorCode::kBadInput) << size;
    } else {
      EXPECT_LT(heard->size(), 20u) << size;
    }
  }
}

TEST_F(WavReader, AFileOfNoSamplesIsNotAStream) {
  const std::string bytes = riff(format(1, 2) + chunk("data", "") + chunk("LIST", "INFOabcd"));
  const auto sound = find_wav_samples(*memory_source("x", std::as_bytes(std::span(bytes))));
  ASSERT_TRUE(sound && *sound);
  EXPECT_EQ((*sound)->bytes, 0u);
}

}  // namespace
}  // namespace decibit
