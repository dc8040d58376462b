// SPDX-License-Identifier: Apache-2.0
// Sound to pipes: valid without going back, at once, and no surprise when the reader leaves.
#include "io/audio_stream.h"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "io/little_endian.h"
#include "io/wav_header.h"
#include "sound.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::Sound;
using testing::tone;

class AudioStreamOfFormat : public testing::SoundTest,
                            public ::testing::WithParamInterface<std::string> {};

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0); }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(int i) {
    if (ends[i] >= 0) ::close(ends[i]);
    ends[i] = -1;
  }
  int ends[2] = {-1, -1};
};

std::string drain(int fd) {
  std::string got;
  std::vector<char> block(4096);
  for (ssize_t n = 0; (n = ::read(fd, block.data(), block.size())) > 0;)
    got.append(block.data(), static_cast<std::size_t>(n));
  return got;
}

// A file that is only appended to stands for the pipe, so that libsndfile can read it.
TEST_P(AudioStreamOfFormat, IsReadBack) {
  const fs::path path = folder_ / "stream";
  const AudioFormat format = *audio_format_from_name(GetParam());
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  {
    auto stream = AudioStream::create(fd, "standard output", {format, 24000, 24000});
    ASSERT_TRUE(stream) << stream.error().message;
    ASSERT_TRUE(stream->write(tone()));
    ASSERT_TRUE(stream->end_paragraph());
    ASSERT_TRUE(stream->write(tone()));
    ASSERT_EQ(*stream->keep_fragment(), "standard output");
  }
  ASSERT_EQ(::close(fd), 0) << "the stream closed what it borrowed";
  const Sound sound = testing::read_sound(path, format == AudioFormat::kPcm ? 24000 : 0);
  EXPECT_EQ(sound.sample_rate_hz, 24000);
  EXPECT_GE(sound.samples.size(), 48000u);
  EXPECT_LE(sound.samples.size(), 50400u);
  // MP3 is 0.5 dB below, see the encoder.
  EXPECT_NEAR(testing::power(sound.samples) * static_cast<double>(sound.samples.size()) / 48000,
              0.125, format == AudioFormat::kMp3 ? 0.015 : 0.01);
}

INSTANTIATE_TEST_SUITE_P(, AudioStreamOfFormat, ::testing::ValuesIn(audio_format_names()),
                         [](const auto& p) { return p.param; });

TEST(AudioStream, IsHeardAfterEachWrite) {
  const Pipe pipe;
  ASSERT_EQ(::fcntl(pipe.ends[0], F_SETFL, O_NONBLOCK), 0);
  auto stream = AudioStream::create(pipe.ends[1], "pipe", {AudioFormat::kWav, 24000, 24000});
  ASSERT_TRUE(stream);
  EXPECT_EQ(drain(pipe.ends[0]), "") << "a text may have no sound, and then no file either";
  ASSERT_TRUE(stream->write(std::vector<float>(10, 0.25f)));
  EXPECT_EQ(drain(pipe.ends[0]).size(), 64u);
  for (const std::size_t count : std::initializer_list<std::size_t>{1, 100, 9999}) {
    ASSERT_TRUE(stream->write(std::vector<float>(count, 0.25f)));
    EXPECT_EQ(drain(pipe.ends[0]).size(), 2 * count);
  }
}

TEST(AudioStream, OfOpusIsHeardWithinAFifthOfASecond) {
  const Pipe pipe;
  ASSERT_EQ(::fcntl(pipe.ends[0], F_SETFL, O_NONBLOCK), 0);
  auto stream = AudioStream::create(pipe.ends[1], "pipe", {AudioFormat::kOpus, 24000, 24000});
  ASSERT_TRUE(stream);
  drain(pipe.ends[0]);
  ASSERT_TRUE(stream->write(std::vector<float>(4800, 0.25f)));
  EXPECT_GT(drain(pipe.ends[0]).size(), 100u);
}

class IgnoredBrokenPipe {
 public:
  IgnoredBrokenPipe() : handler_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~IgnoredBrokenPipe() { std::signal(SIGPIPE, handler_); }
  IgnoredBrokenPipe(const IgnoredBrokenPipe&) = delete;
  IgnoredBrokenPipe& operator=(const IgnoredBrokenPipe&) = delete;

 private:
  void (*handler_)(int);
};

TEST(AudioStream, SaysThatTheReaderLeft) {
  const IgnoredBrokenPipe ignored;
  for (const std::string& format : audio_format_names()) {
    Pipe pipe;
    auto stream =
        AudioStream::create(pipe.ends[1], "pipe", {*audio_format_from_name(format), 24000, 24000});
    ASSERT_TRUE(stream);
    pipe.close_end(0);
    Status status;
    for (int second = 0; status && second < 30; ++second) status = stream->write(tone());
    if (status) status = stream->finish();
    ASSERT_FALSE(status) << format;
    EXPECT_EQ(status.error().code, ErrorCode::kBrokenPipe) << format;
  }
}

TEST(AudioStream, WaitsForASlowReaderOfANonBlockingPipe) {
  Pipe pipe;
  ASSERT_EQ(::fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK), 0);
  std::string got;
  std::thread reader([&] { got = drain(pipe.ends[0]); });
  auto stream = AudioStream::create(pipe.ends[1], "pipe", {AudioFormat::kPcm, 24000, 24000});
  ASSERT_TRUE(stream);
  constexpr std::size_t kSeconds = 20;  // 960 kB; a pipe holds 64 KiB
  for (std::size_t i = 0; i < kSeconds; ++i) EXPECT_TRUE(stream->write(tone()));
  EXPECT_TRUE(stream->finish());
  pipe.close_end(1);
  reader.join();
  EXPECT_EQ(got.size(), kSeconds * 48000);
}

TEST(AudioStream, NeverGoesToATerminal) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0)
    GTEST_SKIP() << "no pseudo-terminals here";
  const int screen = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
  const auto stream =
      AudioStream::create(screen, "standard output", {AudioFormat::kWav, 24000, 24000});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, ErrorCode::kUsage);
  EXPECT_THAT(stream.error().message, HasSubstr("standard output is a terminal"));
  ::close(screen);
  ::close(terminal);
}

std::string text_of(const std::array<std::byte, 44>& header) {
  return {reinterpret_cast<const char*>(header.data()), header.size()};
}

TEST(WavHeader, LeavesOpenWhatIsNotKnownOrTooLong) {
  const std::string known = text_of(wav_header(24000, 48000));
  EXPECT_EQ(load_u32(known, 4), 48036u);
  EXPECT_EQ(load_u32(known, 24), 24000u);
  EXPECT_EQ(load_u32(known, 28), 48000u);
  EXPECT_EQ(load_u32(known, 40), 48000u);
  const std::string streamed = text_of(wav_header(24000, std::nullopt));
  EXPECT_EQ(load_u32(streamed, 4), 0xFFFFFFFFu);
  EXPECT_EQ(load_u32(streamed, 40), 0xFFFFFFFFu);
  EXPECT_EQ(text_of(wav_header(24000, 0xFFFFFFFFu - 36)), streamed);
  EXPECT_EQ(text_of(wav_header(24000, std::uint64_t{5} << 32)), streamed);
  EXPECT_EQ(load_u32(text_of(wav_header(24000, 0xFFFFFFFFu - 37)), 4), 0xFFFFFFFEu);
}

}  // namespace
}  // namespace decibit
