// SPDX-License-Identifier: Apache-2.0
// Whatever the system makes of one call, all bytes arrive, or an error says why not.
#include "io/write.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "io/byte_source.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;

fs::path new_path(const char* name) {
  fs::path path = fs::path(testing::TempDir()) / (std::string(name) + std::to_string(getpid()));
  fs::remove(path);
  return path;
}

TEST(WriteText, CreatesTheFile) {
  const fs::path path = new_path("write_text");
  ASSERT_TRUE(write_text(path, "a\nb"));
  EXPECT_EQ(*read_text(path), "a\nb");
  fs::remove(path);
}

TEST(WriteText, NeverReplacesAFile) {
  const fs::path path = new_path("write_text_twice");
  ASSERT_TRUE(write_text(path, "first"));
  const auto again = write_text(path, "second");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kNotFound);
  EXPECT_NE(again.error().message.find(path.string()), std::string::npos);
  EXPECT_EQ(*read_text(path), "first");
  fs::remove(path);
}

TEST(WriteAt, PutsBytesAtTheirPlace) {
  const fs::path path = new_path("write_at");
  ASSERT_TRUE(write_text(path, "abcdef"));
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_TRUE(write_all_at(fd, 2, std::as_bytes(std::span<const char>("XY", 2)), "it"));
  ::close(fd);
  EXPECT_EQ(*read_text(path), "abXYef");
  fs::remove(path);
}

TEST(WriteAll, SaysWhyItFailed) {
  const int fd = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (fd < 0) GTEST_SKIP() << "no /dev/full here";
  const auto status = write_all(fd, std::as_bytes(std::span<const char>("x", 1)), "the target");
  ::close(fd);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kResources);
  EXPECT_EQ(status.error().message, "cannot write the target: No space left on device");
}

// A pipe takes 64 KiB at a time, and the signals cut calls short or interrupt them.
TEST(WriteAll, GoesOnAfterPartsAndInterruptions) {
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) {};
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);  // without SA_RESTART
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::vector<std::byte> sent(std::size_t{4} << 20);
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::byte>(i * 31 >> 3);

  std::vector<std::byte> got;
  std::thread reader([&, writer = pthread_self()] {
    std::vector<std::byte> buffer(10'000);
    while (true) {
      pthread_kill(writer, SIGUSR1);
      const ssize_t n = ::read(ends[0], buffer.data(), buffer.size());
      if (n <= 0) break;
      got.insert(got.end(), buffer.begin(), buffer.begin() + n);
    }
  });
  const auto status = write_all(ends[1], sent, "pipe");
  ::close(ends[1]);
  reader.join();
  ::close(ends[0]);
  ::sigaction(SIGUSR1, &before, nullptr);
  EXPECT_TRUE(status);
  EXPECT_EQ(got, sent);
}

}  // namespace
}  // namespace decibit
