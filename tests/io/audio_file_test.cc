// SPDX-License-Identifier: Apache-2.0
// Sound to files: what was written is read back; a file is there whole or not at all.
#include "io/audio_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <limits>
#include <thread>

#include "io/byte_source.h"
#include "sound.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::read_sound;
using testing::Sound;
using testing::tone;
using ::testing::UnorderedElementsAre;

using AudioFile = testing::SoundTest;
class AudioFileOfFormat : public AudioFile, public ::testing::WithParamInterface<std::string> {};

ErrorCode code_of(const Result<AudioWriter>& writer) {
  EXPECT_FALSE(writer);
  return writer ? ErrorCode::kInternal : writer.error().code;
}

Result<AudioWriter> open_wav(const fs::path& path, bool replace = false) {
  return AudioWriter::create(path, {AudioFormat::kWav, 24000, 24000}, replace);
}

TEST_P(AudioFileOfFormat, IsReadBack) {
  const fs::path path = folder_ / ("tone." + GetParam());
  const AudioFormat format = *audio_format_from_name(GetParam());
  auto writer = AudioWriter::create(path, {format, 24000, 24000}, false);
  ASSERT_TRUE(writer) << writer.error().message;
  const std::vector<float> samples = tone();
  ASSERT_TRUE(writer->write(std::span(samples).first(10000)));
  ASSERT_TRUE(writer->write(std::span(samples).subspan(10000)));
  EXPECT_FALSE(fs::exists(path));
  ASSERT_TRUE(writer->finish());
  EXPECT_THAT(names(), ElementsAre("tone." + GetParam()));
  EXPECT_EQ(writer->clipped(), 0u);

  const Sound sound = read_sound(path, format == AudioFormat::kPcm ? 24000 : 0);
  EXPECT_EQ(sound.sample_rate_hz, 24000);
  EXPECT_EQ(sound.channels, 1);
  const bool is_exact =
      format == AudioFormat::kWav || format == AudioFormat::kFlac || format == AudioFormat::kPcm;
  ASSERT_GE(sound.samples.size(), 24000u);
  ASSERT_LE(sound.samples.size(), is_exact ? 24000u : 26400u);  // codecs pad
  EXPECT_NEAR(testing::power(sound.samples) * static_cast<double>(sound.samples.size()) / 24000,
              0.125, 0.01);
  // B034: the last samples are those that were spoken, to half a step of 16 bits.
  for (std::size_t i = 0; is_exact && i < samples.size(); ++i)
    ASSERT_NEAR(sound.samples[i], samples[i], 0.5 / 32768) << i;
}

TEST_P(AudioFileOfFormat, HasTheRateThatIsAskedFor) {
  const fs::path path = folder_ / ("tone." + GetParam());
  const AudioFormat format = *audio_format_from_name(GetParam());
  auto writer = AudioWriter::create(path, {format, 16000, 24000}, false);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_TRUE(writer->write(tone()));
  ASSERT_TRUE(writer->finish());
  const Sound sound = read_sound(path, format == AudioFormat::kPcm ? 16000 : 0);
  EXPECT_EQ(sound.sample_rate_hz, 16000);
  EXPECT_GE(sound.samples.size(), 16000u);
  EXPECT_LE(sound.samples.size(), 17600u);
}

INSTANTIATE_TEST_SUITE_P(, AudioFileOfFormat, ::testing::ValuesIn(audio_format_names()),
                         [](const auto& p) { return p.param; });

// B057: players take the rate from the header, and a file of two parts is as long as both.
TEST_F(AudioFile, JoinsItsPartsUnderOneHeader) {
  const fs::path path = folder_ / "joined.wav";
  auto writer = open_wav(path);
  ASSERT_TRUE(writer);
  const std::vector<float> samples = tone();
  ASSERT_TRUE(writer->write(std::span(samples).first(7001)));
  ASSERT_TRUE(writer->end_paragraph());
  ASSERT_TRUE(write_silence(*writer, 10001));
  ASSERT_TRUE(writer->write(std::span(samples).first(333)));
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(fs::file_size(path), 44 + 2 * (7001 + 10001 + 333));
  const Sound sound = read_sound(path);
  EXPECT_EQ(sound.sample_rate_hz, 24000);
  EXPECT_EQ(sound.samples.size(), 7001u + 10001 + 333);
}

TEST_F(AudioFile, CountsWhatItClips) {
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kOpus}) {
    auto writer = AudioWriter::create(folder_ / "loud", {format, 24000, 24000}, true);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->write(std::vector<float>{1.0f, -1.0f, 1.01f, 0.5f, -7.0f}));
    ASSERT_TRUE(writer->finish());
    EXPECT_EQ(writer->clipped(), 2u) << name(format);
  }
}

TEST_F(AudioFile, RefusesRatesThatTheFormatHasNot) {
  const auto opus =
      AudioWriter::create(folder_ / "x.opus", {AudioFormat::kOpus, 44100, 24000}, true);
  ASSERT_EQ(code_of(opus), ErrorCode::kUsage);
  EXPECT_THAT(opus.error().hint, HasSubstr("8000, 12000, 16000, 24000, 48000"));
  const auto mp3 = AudioWriter::create(folder_ / "x.mp3", {AudioFormat::kMp3, 96000, 24000}, true);
  ASSERT_EQ(code_of(mp3), ErrorCode::kUsage);
  EXPECT_THAT(mp3.error().hint, HasSubstr("11025"));
  for (const int rate_hz : {std::numeric_limits<int>::min(), -1, 0, 7999, 192001}) {
    const auto wav = AudioWriter::create(folder_ / "x", {AudioFormat::kWav, rate_hz, 24000}, true);
    ASSERT_EQ(code_of(wav), ErrorCode::kUsage) << rate_hz;
    EXPECT_THAT(wav.error().hint, HasSubstr("8000 to 192000"));
  }
  EXPECT_THAT(names(), IsEmpty());
}

// A row of audio_format.cc that libsndfile does not take would only fail once the model is loaded.
TEST_P(AudioFileOfFormat, CanHaveEveryRateThatIsAllowed) {
  const AudioFormat format = *audio_format_from_name(GetParam());
  for (const int rate_hz : {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200,
                            96000, 176400, 192000}) {
    const bool allowed = check_sample_rate(format, rate_hz).has_value();
    auto writer = AudioWriter::create(folder_ / "x", {format, rate_hz, 24000}, true);
    ASSERT_EQ(writer.has_value(), allowed) << rate_hz;
    if (!allowed) continue;
    EXPECT_TRUE(writer->write(tone())) << rate_hz;
    EXPECT_TRUE(writer->finish()) << rate_hz;
  }
}

TEST_F(AudioFile, ReplacesOnlyWhenAsked) {
  const fs::path path = folder_ / "taken.wav";
  std::ofstream(path) << "mine";
  EXPECT_EQ(code_of(open_wav(path)), ErrorCode::kNotFound);
  {
    auto unfinished = open_wav(path, true);
    ASSERT_TRUE(unfinished);
    ASSERT_TRUE(unfinished->write(tone()));
    const auto second = open_wav(path, true);
    ASSERT_EQ(code_of(second), ErrorCode::kDenied);
    EXPECT_THAT(second.error().message, HasSubstr("another process"));
  }
  EXPECT_EQ(fs::file_size(path), 4u);
  EXPECT_THAT(names(), ElementsAre("taken.wav"));
  auto writer = open_wav(path, true);
  ASSERT_TRUE(writer && writer->write(tone()) && writer->finish());
  EXPECT_EQ(fs::file_size(path), 48044u);
}

TEST_F(AudioFile, DoesNotReplaceWhatAppearedMeanwhile) {
  const fs::path path = folder_ / "x.wav";
  auto writer = open_wav(path);
  ASSERT_TRUE(writer && writer->write(tone()));
  std::ofstream(path) << "mine";
  const Status finished = writer->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*read_text(path), "mine");
  // What took hours to speak is not thrown away.
  const fs::path kept = folder_ / "x.interrupted.wav";
  EXPECT_THAT(finished.error().message, AllOf(HasSubstr(path.string()), HasSubstr(kept.string())));
  EXPECT_EQ(read_sound(kept).samples.size(), 24000u);
}

TEST_F(AudioFile, TakesOverWhatAKilledProcessLeft) {
  std::ofstream(folder_ / ".x.wav.decibit-partial") << std::string(100'000, 'x');
  auto writer = open_wav(folder_ / "x.wav");
  ASSERT_TRUE(writer && writer->write(tone()) && writer->finish());
  EXPECT_THAT(names(), ElementsAre("x.wav"));
  EXPECT_EQ(fs::file_size(folder_ / "x.wav"), 48044u);
}

TEST_F(AudioFile, TakesOverNothingOfTheUsers) {
  const fs::path partial = folder_ / ".x.wav.decibit-partial";
  std::ofstream(folder_ / "x.wav.partial") << "mine";
  std::ofstream(folder_ / "notes") << "mine";
  const auto is_in_the_way = [&] {
    const auto writer = open_wav(folder_ / "x.wav");
    EXPECT_EQ(code_of(writer), ErrorCode::kNotFound);
    EXPECT_THAT(writer.error().message, HasSubstr(partial.string() + " is in the way"));
    EXPECT_EQ(fs::remove(partial), true) << "it was left where it was";
  };
  fs::create_hard_link(folder_ / "notes", partial);
  is_in_the_way();
  fs::create_symlink("notes", partial);
  is_in_the_way();
  fs::create_directory(partial);
  is_in_the_way();
  ASSERT_EQ(::mkfifo(partial.c_str(), 0600), 0);
  is_in_the_way();
  auto writer = open_wav(folder_ / "x.wav");
  ASSERT_TRUE(writer && writer->write(tone()) && writer->finish());
  EXPECT_EQ(*read_text(folder_ / "notes"), "mine");
  EXPECT_EQ(*read_text(folder_ / "x.wav.partial"), "mine");
}

TEST_F(AudioFile, KeepsAFragmentUnderItsOwnNameIfThatIsFree) {
  auto writer = open_wav(folder_ / "x.wav", true);
  ASSERT_TRUE(writer && writer->write(tone()));
  EXPECT_EQ(*writer->keep_fragment(), (folder_ / "x.wav").string());
  EXPECT_EQ(read_sound(folder_ / "x.wav").samples.size(), 24000u);
}

TEST_F(AudioFile, NeverReplacesAFileByAFragment) {
  std::ofstream(folder_ / "a.b.flac") << "mine";
  for (int run = 0; run < 2; ++run) {
    auto writer =
        AudioWriter::create(folder_ / "a.b.flac", {AudioFormat::kFlac, 24000, 24000}, true);
    ASSERT_TRUE(writer && writer->write(tone()));
    EXPECT_EQ(*writer->keep_fragment(), (folder_ / "a.b.interrupted.flac").string());
  }
  EXPECT_EQ(*read_text(folder_ / "a.b.flac"), "mine");
  EXPECT_THAT(names(), UnorderedElementsAre("a.b.flac", "a.b.interrupted.flac"));
  EXPECT_EQ(read_sound(folder_ / "a.b.interrupted.flac").samples.size(), 24000u);
}

TEST_F(AudioFile, IsWrittenThroughASymbolicLink) {
  fs::create_directory(folder_ / "away");
  std::ofstream(folder_ / "away/real.wav") << "mine";
  fs::create_symlink("away/real.wav", folder_ / "link.wav");
  EXPECT_EQ(code_of(open_wav(folder_ / "link.wav")), ErrorCode::kNotFound);
  auto writer = open_wav(folder_ / "link.wav", true);
  ASSERT_TRUE(writer && writer->write(tone()) && writer->finish());
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.wav"));
  EXPECT_EQ(fs::file_size(folder_ / "away/real.wav"), 48044u);
}

TEST_F(AudioFile, IsMadeBehindALinkToNothingYet) {
  fs::create_directory(folder_ / "away");
  fs::create_symlink("away/next.wav", folder_ / "link.wav");
  fs::create_symlink("new.wav", folder_ / "away/next.wav");
  auto writer = open_wav(folder_ / "link.wav", true);
  ASSERT_TRUE(writer && writer->write(tone()) && writer->finish());
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.wav"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "away/next.wav"));
  EXPECT_EQ(fs::file_size(folder_ / "away/new.wav"), 48044u);
  fs::create_symlink("absent/x.wav", folder_ / "nowhere.wav");
  const auto nowhere = open_wav(folder_ / "nowhere.wav", true);
  ASSERT_EQ(code_of(nowhere), ErrorCode::kNotFound);
  EXPECT_THAT(nowhere.error().hint, HasSubstr((folder_ / "absent").string()));
  EXPECT_TRUE(fs::is_symlink(folder_ / "nowhere.wav"));
}

// 255 bytes are a name on every file system that Linux has in common use; .decibit-partial is 16
// more.
TEST_F(AudioFile, MayHaveTheLongestName) {
  for (const std::size_t letters : {243u, 244u, 251u}) {
    // Two bytes a letter where that fits, so that a cut could part one.
    std::string name;
    while (name.size() + 2 <= letters) name += "\u00E9";
    name += std::string(letters - name.size(), 'x') + ".wav";
    auto writer = open_wav(folder_ / name);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(writer->write(tone()) && writer->finish());
    EXPECT_THAT(names(), ElementsAre(name));
    for (int run = 0; run < 2; ++run) {
      auto again = open_wav(folder_ / name, true);
      ASSERT_TRUE(again && again->write(tone()));
      const fs::path kept = *again->keep_fragment();
      EXPECT_TRUE(kept.string().ends_with(".interrupted.wav")) << kept;
      EXPECT_EQ(fs::file_size(kept), 48044u);
      EXPECT_EQ(names().size(), 2u) << "one fragment of each name";
    }
    for (const std::string& file : names()) fs::remove(folder_ / file);
  }
  const std::string longest_extension = "x." + std::string(253, 'e');
  auto writer = open_wav(folder_ / longest_extension);
  ASSERT_TRUE(writer && writer->write(tone()) && writer->finish());
  auto again = open_wav(folder_ / longest_extension, true);
  ASSERT_TRUE(again && again->write(tone()) && again->keep_fragment());
}

// Two long names with one beginning are two files, also while they are made.
TEST_F(AudioFile, IsNotTakenForAnotherOfALongName) {
  const std::string beginning(250, 'x');
  auto first = open_wav(folder_ / (beginning + "1.wav"));
  auto second = open_wav(folder_ / (beginning + "2.wav"));
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(first->write(tone()) && first->finish());
  ASSERT_TRUE(second->finish());
  EXPECT_EQ(fs::file_size(folder_ / (beginning + "1.wav")), 48044u);
  EXPECT_EQ(fs::file_size(folder_ / (beginning + "2.wav")), 44u);
}

TEST_F(AudioFile, SaysWhatIsWrongWithThePath) {
  EXPECT_EQ(code_of(open_wav(folder_, true)), ErrorCode::kUsage);
  EXPECT_EQ(code_of(open_wav("", true)), ErrorCode::kUsage);
  EXPECT_EQ(code_of(open_wav(folder_ / "absent/", true)), ErrorCode::kUsage);
  const auto absent = open_wav(folder_ / "absent/x.wav", true);
  ASSERT_EQ(code_of(absent), ErrorCode::kNotFound);
  EXPECT_THAT(absent.error().hint, HasSubstr((folder_ / "absent").string()));
  std::ofstream(folder_ / "file") << "x";
  EXPECT_EQ(code_of(open_wav(folder_ / "file/x.wav")), ErrorCode::kUsage);
  EXPECT_EQ(code_of(open_wav(folder_ / (std::string(300, 'x') + ".wav"))), ErrorCode::kUsage);
  fs::create_symlink("loop", folder_ / "loop");
  EXPECT_EQ(code_of(open_wav(folder_ / "loop/x.wav")), ErrorCode::kUsage);
  EXPECT_THAT(names(), UnorderedElementsAre("file", "loop"));
}

TEST_F(AudioFile, IsDeniedInAReadOnlyFolder) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  const auto denied = open_wav(folder_ / "x.wav");
  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_EQ(code_of(denied), ErrorCode::kDenied);
}

/// Files of at most this size while it lives: what a full disk does, for every user.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_ = {};
};

// Codecs write their last bytes, and go back to the header, when they are closed.
TEST_P(AudioFileOfFormat, IsNotLeftHalfOnAFullDisk) {
  const fs::path path = folder_ / "x";
  const AudioFormat format = *audio_format_from_name(GetParam());
  std::ofstream(path) << "mine";
  std::vector<float> noise(24000);
  std::uint32_t state = 1;
  for (float& x : noise)
    x = static_cast<float>(state = state * 1664525u + 1013904223u) / 4294967296.0f - 0.5f;
  const auto speak = [&]() -> Status {
    AudioWriter writer = TRY(AudioWriter::create(path, {format, 24000, 24000}, true));
    TRY(writer.write(noise));
    return writer.finish();
  };
  ASSERT_TRUE(speak());
  const auto whole = static_cast<rlim_t>(fs::file_size(path));
  std::ofstream(path) << "mine";
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{30}, whole / 2, whole - 1}) {
    const FileSizeLimit limit(bytes);
    const Status status = speak();
    ASSERT_FALSE(status) << bytes;
    EXPECT_EQ(status.error().code, ErrorCode::kResources) << status.error().message;
    EXPECT_THAT(status.error().message, HasSubstr("File too large"));
    EXPECT_EQ(*read_text(path), "mine");
    EXPECT_THAT(names(), ElementsAre("x"));
  }
}

TEST_F(AudioFile, GoesStraightIntoAPipe) {
  const fs::path path = folder_ / "pipe.wav";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    std::vector<char> block(4096);
    for (ssize_t n = 0; (n = ::read(fd, block.data(), block.size())) > 0;)
      got.append(block.data(), static_cast<std::size_t>(n));
    ::close(fd);
  });
  {
    auto writer = open_wav(path);
    EXPECT_TRUE(writer && writer->write(tone()) && writer->finish());
  }
  reader.join();
  EXPECT_EQ(got.size(), 48044u);
  EXPECT_EQ(got.substr(0, 8), "RIFF\xFF\xFF\xFF\xFF");
  EXPECT_TRUE(fs::is_fifo(path));
  EXPECT_THAT(names(), ElementsAre("pipe.wav"));
}

// Nobody may ever read it.
TEST_F(AudioFile, DoesNotWaitForAPipesReaderWhenInterrupted) {
  const fs::path path = folder_ / "pipe.wav";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  struct sigaction wake = {}, before = {};
  wake.sa_handler = [](int) {};
  ASSERT_EQ(::sigaction(SIGUSR1, &wake, &before), 0);
  std::atomic<bool> done = false;
  std::thread user([&, writer = ::pthread_self()] {
    while (!done.load()) {
      ::pthread_kill(writer, SIGUSR1);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  const ErrorCode code = code_of(open_wav(path));
  done.store(true);
  user.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  EXPECT_EQ(code, ErrorCode::kInterrupted);
}

TEST_F(AudioFile, GoesStraightIntoADevice) {
  for (const bool replace : {false, true}) {
    auto writer = open_wav("/dev/null", replace);
    ASSERT_TRUE(writer) << writer.error().message;
    EXPECT_TRUE(writer->write(tone()));
    EXPECT_EQ(*writer->keep_fragment(), "/dev/null");
  }
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  auto full = open_wav("/dev/full");
  ASSERT_TRUE(full);
  const Status written = full->write(tone());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kResources);
}

// --out /dev/stdout >> x.wav: appends to the shell's file, which is not replaced.
TEST_F(AudioFile, GoesStraightIntoAnOpenDescriptor) {
  const fs::path path = folder_ / "x.wav";
  std::ofstream(path) << "mine";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  {
    auto writer = open_wav("/proc/self/fd/" + std::to_string(fd));
    ASSERT_TRUE(writer) << writer.error().message;
    EXPECT_TRUE(writer->write(tone()) && writer->finish());
  }
  ::close(fd);
  EXPECT_EQ(fs::file_size(path), 4 + 48044u);
  EXPECT_THAT(names(), ElementsAre("x.wav"));
}

}  // namespace
}  // namespace decibit
