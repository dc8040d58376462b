// SPDX-License-Identifier: Apache-2.0
// What becomes of files that only ffmpeg knows: with a script in its place, and with the real one
// where it is installed.
#include "io/ffmpeg_decoder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>

#include "heard.h"

namespace decibit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::hear;
using ::testing::IsEmpty;
using testing::Listener;

/// Nothing but the folder is on PATH, and the shell that scripts need.
class Ffmpeg : public testing::SoundTest {
 protected:
  Ffmpeg() : path_(std::getenv("PATH")) {
    testing::write_bytes(file_, std::string("\0\0\0\x20", 4) + "ftypM4A isom mp4a");
    ::setenv("PATH", folder_.c_str(), 1);
  }
  ~Ffmpeg() override { restore_path(); }
#ifdef __aarch64__
  // There the tests run under qemu-user, whose vfork shares no memory: posix_spawn cannot say that
  // there is no such program.
  void SetUp() override { GTEST_SKIP() << "starting programs is not emulated faithfully"; }
#endif
  void restore_path() { ::setenv("PATH", path_.c_str(), 1); }

  /// The arguments come into the file "arguments", the input is copied to "input".
  void install(const std::string& body) {
    const auto script = folder_ / "ffmpeg";
    testing::write_bytes(script, "#!/bin/sh\nPATH=" + path_ + "\nprintf '%s\\n' \"$@\" > '" +
                                     (folder_ / "arguments").string() + "'\ncat /dev/fd/0 > '" +
                                     (folder_ / "input").string() + "'\n" + body);
    ::chmod(script.c_str(), 0700);
  }
  /// A script that gives this sound, two channels at 16 kHz.
  std::string giving(const std::string& samples) {
    testing::write_bytes(
        folder_ / "sound",
        std::string(".snd\0\0\0\x1C\xFF\xFF\xFF\xFF\0\0\0\x06\0\0\x3E\x80\0\0\0\x02"
                    "text",
                    28) +
            samples);
    return "cat '" + (folder_ / "sound").string() + "'\n";
  }
  Error error() {
    const auto heard = hear(file_, listener_);
    EXPECT_FALSE(heard);
    return heard ? Error{} : heard.error();
  }

  const std::string path_;
  const std::filesystem::path file_ = folder_ / "-talk: 1.m4a";
  Listener listener_;
};

std::string slurp(const std::filesystem::path& path) { return read_text(path).value(); }

// 0.5 and 0.25, then 1 and 0, big-endian.
const std::string kTwoFrames("\x3F\0\0\0\x3E\x80\0\0\x3F\x80\0\0\0\0\0\0", 16);

TEST_F(Ffmpeg, IsNamedWhereItIsMissing) {
  const Error e = error();
  EXPECT_EQ(e.code, ErrorCode::kBadInput);
  EXPECT_EQ(e.message,
            "-talk: 1.m4a is an MP4 file with AAC, which needs ffmpeg, and there is none");
  EXPECT_THAT(e.hint, HasSubstr("install ffmpeg"));
}

TEST_F(Ffmpeg, GetsTheFileAndNotItsName) {
  install(giving(kTwoFrames));
  EXPECT_THAT(hear(file_, listener_).value(), ElementsAre(0.375f, 0.5f));
  EXPECT_THAT(listener_.warnings, IsEmpty());
  EXPECT_EQ(slurp(folder_ / "input"), slurp(file_));
  const std::string arguments = slurp(folder_ / "arguments");
  EXPECT_THAT(arguments, HasSubstr("-i\nfile:/dev/fd/0\n"));
  EXPECT_THAT(arguments, HasSubstr("-protocol_whitelist\nfile,pipe\n"));
  EXPECT_THAT(arguments, Not(HasSubstr("talk")));
}

TEST_F(Ffmpeg, IsStartedAgainForTheNextReading) {
  install(giving(kTwoFrames));
  const auto reader = testing::open_reader(file_, listener_).value();
  const auto first = testing::read_all(*reader).value();
  ASSERT_TRUE(reader->rewind());
  EXPECT_EQ(testing::read_all(*reader).value(), first);
}

TEST_F(Ffmpeg, ExplainsItself) {
  install("echo first >&2; printf 'moov atom \\033[1mnot found\\r\\n' >&2; exit 1\n");
  EXPECT_EQ(error().message,
            "-talk: 1.m4a, an MP4 file with AAC, cannot be decoded: moov atom [1mnot found");
  install("exit 0\n");
  EXPECT_THAT(error().message, HasSubstr("cannot be decoded: it holds no sound"));
  install(giving(""));
  EXPECT_THAT(error().message, HasSubstr("cannot be decoded: it holds no sound"));
  install("echo something else, longer than a header\n");
  EXPECT_THAT(error().message, HasSubstr("does not give the samples"));
}

TEST_F(Ffmpeg, MayFailLate) {
  install(giving(kTwoFrames + kTwoFrames.substr(0, 3)) + "echo 'packet corrupt' >&2; exit 1\n");
  EXPECT_EQ(hear(file_, listener_).value().size(), 2u);
  EXPECT_THAT(listener_.warnings, ElementsAre("-talk: 1.m4a: ffmpeg says: packet corrupt"));
}

TEST_F(Ffmpeg, CanTalkALot) {
  install(
      "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo \"line $i of many, many words\" >&2; "
      "done\n" +
      giving(kTwoFrames));
  EXPECT_EQ(hear(file_, listener_).value().size(), 2u);
  EXPECT_THAT(listener_.warnings, ElementsAre(HasSubstr("ffmpeg says: line 3000")));
}

TEST_F(Ffmpeg, IsKilledWhenNobodyListens) {
  install(giving(kTwoFrames) + "echo $$ > '" + (folder_ / "id").string() +
          "'; exec sleep 600 >&- 2>&-\n");
  const auto begin = std::chrono::steady_clock::now();
  { const auto reader = testing::open_reader(file_, listener_).value(); }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::minutes(1));
}

TEST_F(Ffmpeg, IsStoppedWhileItIsSilent) {
  install("exec sleep 600\n");
  class StopsLater : public Reporter {
   public:
    bool cancelled() const override {
      return std::chrono::steady_clock::now() > begin_ + std::chrono::milliseconds(100);
    }

   private:
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  } reporter;
  const auto heard = hear(file_, reporter);
  ASSERT_FALSE(heard);
  EXPECT_EQ(heard.error().code, ErrorCode::kInterrupted);
}

TEST_F(Ffmpeg, IsAskedForFilesOnly) {
  install(giving(kTwoFrames));
  const std::string bytes = slurp(file_);
  const auto memory = memory_source("m", std::as_bytes(std::span(bytes)));
  EXPECT_FALSE(open_audio(memory, listener_));
}

TEST_F(Ffmpeg, DecodesWhatItEncoded) {
  restore_path();
  testing::write_sound(folder_ / "x.wav", testing::sine(440, 44100, 88200), 44100, 1,
                       SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  for (const std::string name : {"x.m4a", "x.webm", "x.aac", "x.mka"}) {
    const std::string command = "cd '" + folder_.string() +
                                "' && ffmpeg -nostdin -v error -i x.wav -strict -2 " + name +
                                " </dev/null 2>&1";
    if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no ffmpeg that encodes " << name;
    std::filesystem::rename(folder_ / name, folder_ / "x.wav.bin");  // by content, not by name
    const auto heard = hear(folder_ / "x.wav.bin", listener_);
    ASSERT_TRUE(heard) << name << ": " << heard.error().message;
    EXPECT_NEAR(static_cast<double>(heard->size()), 32000, 2000) << name;
    EXPECT_NEAR(testing::power(*heard), 0.125, 0.02) << name;
  }
}

}  // namespace
}  // namespace decibit
