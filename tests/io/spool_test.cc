// SPDX-License-Identifier: Apache-2.0
// Pipes that are read twice.
#include "io/spool.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <thread>

#include "heard.h"
#include "io/write.h"

namespace decibit {
namespace {

using ::testing::ElementsAre;
using testing::Listener;

class Spool : public testing::SoundTest {
 protected:
  Spool() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
  ~Spool() override {
    ::close(ends_[0]);
    close_writer();
  }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  int ends_[2] = {-1, -1};
  Listener listener_;
};

TEST_F(Spool, KeepsWhatAPipeGave) {
  const std::string text(1'000'000, 'x');
  std::thread writer([&] {
    EXPECT_TRUE(write_all(ends_[1], std::as_bytes(std::span(text)), "pipe"));
    close_writer();
  });
  const auto kept = spool(ends_[0], "standard input", folder_, listener_);
  writer.join();
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ((*kept)->size_bytes(), text.size());
  EXPECT_EQ((*kept)->name(), "standard input");
  EXPECT_THAT(names(), ElementsAre()) << "the file has a name";
  std::string back(text.size(), '\0');
  ASSERT_TRUE((*kept)->read(0, std::as_writable_bytes(std::span(back))));
  EXPECT_EQ(back, text);
}

TEST_F(Spool, AStreamedWavIsHeardTwice) {
  const auto samples = testing::sine(440, 24000, 24000);
  testing::write_sound(folder_ / "x.wav", samples, 24000, 1, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  const std::string bytes = read_text(folder_ / "x.wav").value();
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  std::thread writer([&] { testing::write_bytes(folder_ / "fifo", bytes); });
  const auto kept = open_or_spool(folder_ / "fifo", folder_, listener_);
  writer.join();
  ASSERT_TRUE(kept);
  auto decoder = open_audio(*kept, listener_).value();
  const auto reader = AudioReader::create(std::move(decoder), 16000, "fifo", listener_).value();
  const auto first = testing::read_all(*reader).value();
  EXPECT_EQ(first.size(), 16000u);
  ASSERT_TRUE(reader->rewind());
  EXPECT_EQ(testing::read_all(*reader).value(), first);
}

TEST_F(Spool, OpensFilesAsTheyAre) {
  testing::write_bytes(folder_ / "f", "abc");
  const auto file = open_or_spool(folder_ / "f", folder_, listener_);
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->name(), "f");
  EXPECT_FALSE(open_or_spool(folder_, folder_, listener_));
  EXPECT_EQ(open_or_spool(folder_ / "none", folder_, listener_).error().code, ErrorCode::kNotFound);
}

TEST_F(Spool, SaysThatTheDiskIsFull) {
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = {1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_TRUE(write_all(ends_[1], std::vector<std::byte>(5000), "pipe"));
  close_writer();
  const auto kept = spool(ends_[0], "standard input", folder_, listener_);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, ErrorCode::kResources);
}

TEST_F(Spool, StopsWhileAPipeIsSilent) {
  listener_.stop = true;
  EXPECT_EQ(spool(ends_[0], "pipe", folder_, listener_).error().code, ErrorCode::kInterrupted);
}

TEST_F(Spool, NeedsAFolder) {
  EXPECT_EQ(spool(ends_[0], "pipe", folder_ / "none", listener_).error().code,
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace decibit
