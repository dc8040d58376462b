// SPDX-License-Identifier: Apache-2.0
// Sound files of every rate, width and state of repair, as one channel at 16 kHz.
#include "io/audio_reader.h"

#include <gmock/gmock.h>

#include <limits>

#include "heard.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::hear;
using testing::interleaved;
using ::testing::IsEmpty;
using testing::largest_difference;
using testing::Listener;
using testing::sine;
using testing::write_sound;

constexpr int kFloatWav = SF_FORMAT_WAV | SF_FORMAT_FLOAT;

class AudioReaderTest : public testing::SoundTest {
 protected:
  Error error_of(const fs::path& path) {
    const auto heard = hear(path, listener_);
    EXPECT_FALSE(heard) << path;
    return heard ? Error{} : heard.error();
  }
  std::string refusal_of(const std::string& bytes) {
    testing::write_bytes(folder_ / "x.mp3", bytes);
    const Error error = error_of(folder_ / "x.mp3");
    EXPECT_EQ(error.code, ErrorCode::kBadInput);
    return error.message;
  }
  Listener listener_;
};

TEST_F(AudioReaderTest, ResamplesToOneRate) {
  for (const int rate : {8000, 11025, 16000, 22050, 44100, 48000, 192000}) {
    write_sound(folder_ / "x.wav", sine(440, rate, static_cast<std::size_t>(rate)), rate, 1,
                kFloatWav);
    const auto heard = hear(folder_ / "x.wav", listener_);
    ASSERT_TRUE(heard) << rate;
    const auto expected = sine(440, 16000, 16000);
    ASSERT_EQ(heard->size(), expected.size()) << rate;
    const auto middle = [](const std::vector<float>& x) {
      return std::vector<float>(x.begin() + 800, x.end() - 800);
    };
    EXPECT_LT(largest_difference(middle(*heard), middle(expected)), 1e-4) << rate;
  }
  EXPECT_THAT(listener_.warnings, IsEmpty());
}

TEST_F(AudioReaderTest, GivesTheSameSamplesInEveryReadingAndBlock) {
  write_sound(folder_ / "x.ogg", interleaved({sine(440, 44100, 44100), sine(660, 44100, 44100)}),
              44100, 2, SF_FORMAT_OGG | SF_FORMAT_VORBIS);
  const auto reader = testing::open_reader(folder_ / "x.ogg", listener_).value();
  const std::vector<float> first = testing::read_all(*reader).value();
  EXPECT_EQ(first.size(), 16000u);
  EXPECT_FALSE(reader->revise());
  for (const std::size_t block : std::initializer_list<std::size_t>{1, 100, 100'000}) {
    ASSERT_TRUE(reader->rewind());
    EXPECT_EQ(testing::read_all(*reader, block).value(), first) << block;
  }
}

TEST_F(AudioReaderTest, MixesChannels) {
  std::vector<std::vector<float>> channels;
  std::vector<float> expected(8000);
  for (int c = 0; c < 8; ++c) {
    channels.push_back(sine(200 + 100 * c, 16000, 8000));
    for (std::size_t i = 0; i < 8000; ++i) expected[i] += channels.back()[i] / 8;
  }
  write_sound(folder_ / "x.wav", interleaved(channels), 16000, 8, kFloatWav);
  EXPECT_LT(largest_difference(hear(folder_ / "x.wav", listener_).value(), expected), 1e-6);
  EXPECT_THAT(listener_.notes, IsEmpty());
}

TEST_F(AudioReaderTest, TakesOneChannelOfOppositePhases) {
  const auto left = sine(440, 16000, 16000);
  auto right = left;
  for (float& x : right) x *= -0.99f;
  write_sound(folder_ / "x.wav", interleaved({left, right}), 16000, 2, kFloatWav);
  EXPECT_EQ(hear(folder_ / "x.wav", listener_).value(), left);
  EXPECT_THAT(listener_.notes, ElementsAre(HasSubstr("channel 1 of 2 is taken alone, the channels "
                                                     "cancel each other")));
}

TEST_F(AudioReaderTest, TakesTheChannelThatHasTheSound) {
  const auto speech = sine(440, 16000, 16000);
  auto hum = sine(50, 16000, 16000);
  for (float& x : hum) x = 0.05f * x + 0.3f;  // the offset is no sound
  write_sound(folder_ / "x.wav", interleaved({hum, speech}), 16000, 2, kFloatWav);
  EXPECT_EQ(hear(folder_ / "x.wav", listener_).value(), speech);
  EXPECT_THAT(listener_.notes, ElementsAre(HasSubstr("channel 2 of 2 is taken alone, the others "
                                                     "are silent or far quieter")));
}

TEST_F(AudioReaderTest, DecodesWhatIsLeftOfAFile) {
  const auto noise = [] {
    std::vector<float> samples(160'000);
    std::uint32_t state = 1;
    for (float& x : samples) {
      state = state * 1664525 + 1013904223;
      x = static_cast<float>(state >> 8) / static_cast<float>(1 << 24) - 0.5f;
    }
    return samples;
  }();
  const std::vector<std::pair<std::string, int>> rows = {
      {"wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
      {"flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
      {"mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III},
      {"ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS}};
  for (const auto& [name, format] : rows) {
    const fs::path path = folder_ / ("x." + name);
    write_sound(path, noise, 16000, 1, format);
    fs::resize_file(path, fs::file_size(path) * 6 / 10);
    Listener listener;
    const auto heard = hear(path, listener);
    ASSERT_TRUE(heard) << name << heard.error().message;
    EXPECT_GT(heard->size(), 80'000u) << name;
    EXPECT_LT(heard->size(), 112'000u) << name;
    if (name == "ogg") continue;  // its length stands nowhere but at its end
    EXPECT_THAT(listener.warnings, ElementsAre(HasSubstr("x." + name + ": it ends early"))) << name;
  }
}

TEST_F(AudioReaderTest, KnowsAFileByItsContent) {
  const auto samples = sine(440, 16000, 1600);
  write_sound(folder_ / "flac.wav", samples, 16000, 1, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  write_sound(folder_ / "wav.m4a", samples, 16000, 1, kFloatWav);
  write_sound(folder_ / "mp3", samples, 16000, 1, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III);
  for (const char* name : {"flac.wav", "wav.m4a", "mp3"})
    EXPECT_TRUE(hear(folder_ / name, listener_)) << name;
}

TEST_F(AudioReaderTest, SaysWhatAFileIsInsteadOfSound) {
  EXPECT_EQ(refusal_of(""), "x.mp3 is empty");
  EXPECT_EQ(refusal_of("To be, or not to be\n"), "x.mp3 is no sound: it is text");
  EXPECT_EQ(refusal_of("\xFF\xD8\xFF\xE0 and so on"), "x.mp3 is no sound: it is a JPEG picture");
  EXPECT_EQ(refusal_of("%PDF-1.7\n"), "x.mp3 is no sound: it is a PDF document");
  EXPECT_EQ(refusal_of(std::string(1000, '\x01')),
            "x.mp3 is no sound: it is data of an unknown kind");
  EXPECT_EQ(error_of(folder_).code, ErrorCode::kBadInput);
  EXPECT_EQ(error_of(folder_ / "none").code, ErrorCode::kNotFound);
}

TEST_F(AudioReaderTest, RefusesSamplesThatAreNone) {
  for (const float odd :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1e9f}) {
    auto samples = sine(440, 8000, 80'000);
    samples[2 * 20'000 + 1] = odd;
    write_sound(folder_ / "x.wav", samples, 8000, 2, kFloatWav);
    const Error error = error_of(folder_ / "x.wav");
    EXPECT_EQ(error.code, ErrorCode::kBadInput);
    EXPECT_THAT(error.message, HasSubstr("x.wav: sample 20000 of channel 2, at 2.500 s, is"));
  }
}

TEST_F(AudioReaderTest, TakesClippedAndSilentSound) {
  auto loud = sine(440, 16000, 16000);
  for (float& x : loud) x = std::clamp(4 * x, -1.0f, 1.0f);
  for (const auto& samples : {loud, std::vector<float>(16000)}) {
    write_sound(folder_ / "x.wav", samples, 16000, 1, kFloatWav);
    EXPECT_EQ(hear(folder_ / "x.wav", listener_).value(), samples);
    write_sound(folder_ / "x.wav", interleaved({samples, samples}), 16000, 2, kFloatWav);
    EXPECT_EQ(hear(folder_ / "x.wav", listener_).value(), samples);
  }
  EXPECT_THAT(listener_.notes, IsEmpty());
}

TEST_F(AudioReaderTest, ReadsSamplesWithoutAHeader) {
  write_sound(folder_ / "x", sine(440, 24000, 24000), 24000, 1,
              SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE);
  auto decoder = open_pcm16(open_file(folder_ / "x").value(), 24000);
  ASSERT_TRUE(decoder);
  const auto reader = AudioReader::create(std::move(*decoder), 16000, "x", listener_).value();
  EXPECT_EQ(testing::read_all(*reader).value().size(), 16000u);
  EXPECT_FALSE(open_pcm16(open_file(folder_ / "x").value(), 10));
}

TEST_F(AudioReaderTest, StopsWhenAsked) {
  write_sound(folder_ / "x.wav", sine(440, 16000, 16000), 16000, 1, kFloatWav);
  listener_.stop = true;
  EXPECT_EQ(error_of(folder_ / "x.wav").code, ErrorCode::kInterrupted);
}

}  // namespace
}  // namespace decibit
