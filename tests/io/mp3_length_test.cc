// SPDX-License-Identifier: Apache-2.0
// MP3 files whose bit rate varies and that do not say how long they are.
#include "io/mp3_length.h"

#include <gmock/gmock.h>

#include "heard.h"

namespace decibit {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Listener;

constexpr int kRateHz = 44100;

class LengthOfMp3 : public testing::SoundTest {
 protected:
  /// A quiet beginning, which takes few bits, and loud noise: its letters "Xing" or "Info" are
  /// gone.
  std::string without_length() {
    std::vector<float> samples(10 * kRateHz);
    std::uint32_t state = 1;
    for (std::size_t i = samples.size() / 2; i < samples.size(); ++i) {
      state = state * 1664525 + 1013904223;
      samples[i] = static_cast<float>(state >> 8) / static_cast<float>(1 << 24) - 0.5f;
    }
    testing::write_sound(folder_ / "x.mp3", samples, kRateHz, 1,
                         SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III);
    std::string bytes = read_text(folder_ / "x.mp3").value();
    said_ = bytes;
    for (const char* const letters : {"Xing", "Info"}) {
      const auto at = bytes.substr(0, 2000).find(letters);
      if (at != std::string::npos) bytes.replace(at, 4, 4, '\0');
    }
    EXPECT_NE(bytes, said_);
    return bytes;
  }
  double seconds_heard(const std::string& bytes) {
    testing::write_bytes(folder_ / "y.mp3", bytes);
    const auto heard = testing::hear(folder_ / "y.mp3", listener_);
    EXPECT_TRUE(heard) << heard.error().message;
    return heard ? static_cast<double>(heard->size()) / 16000 : 0;
  }
  std::string frame_of(const std::string& bytes) {
    return measure_mp3(*memory_source("m", std::as_bytes(std::span(bytes)))).value().frame;
  }

  std::string said_;  // the file before it lost its length
  Listener listener_;
};

TEST_F(LengthOfMp3, IsCounted) {
  const std::string bytes = without_length();
  EXPECT_NEAR(seconds_heard(bytes), 10, 0.1);
  EXPECT_NEAR(seconds_heard(bytes + "TAG" + std::string(125, ' ')), 10, 0.1);
  const std::string picture("ID3\x04\0\0\0\0\x02\0", 10);  // 256 bytes follow
  EXPECT_NEAR(seconds_heard(picture + std::string(256, '\xFF') + bytes), 10, 0.1);
  EXPECT_THAT(listener_.warnings, IsEmpty());
}

TEST_F(LengthOfMp3, OfWhatWasCutIsWhatIsLeft) {
  const std::string bytes = without_length();
  const double seconds = seconds_heard(bytes.substr(0, bytes.size() / 2));
  EXPECT_GT(seconds, 5);
  EXPECT_LT(seconds, 9);
}

TEST_F(LengthOfMp3, IsLeftAloneWhereItIsSaid) {
  const std::string bytes = without_length();
  EXPECT_THAT(frame_of(bytes), HasSubstr("Xing"));
  EXPECT_THAT(frame_of(said_), IsEmpty());
  EXPECT_THAT(frame_of("To be, or not to be"), IsEmpty());
  EXPECT_THAT(frame_of(""), IsEmpty());
  EXPECT_THAT(frame_of(std::string("ID3\x04\0\0\x7F\x7F\x7F\x7F", 10)), IsEmpty());
}

}  // namespace
}  // namespace decibit
