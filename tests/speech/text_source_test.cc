// SPDX-License-Identifier: Apache-2.0
// Texts from files, pipes and whatever else is open.
#include "speech/text_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

namespace decibit {
namespace {
namespace fs = std::filesystem;

using speech::TextSource;
using ::testing::HasSubstr;

const std::atomic<bool> kGoOn{false};

class TextSources : public ::testing::Test {
 protected:
  TextSources() { fs::create_directories(folder_); }
  ~TextSources() override {
    for (const int end : pipe_)
      if (end >= 0) ::close(end);
    fs::remove_all(folder_);
  }

  fs::path file(const std::string& content) const {
    std::ofstream(folder_ / "text.txt", std::ios::binary) << content;
    return folder_ / "text.txt";
  }
  /// What standard input is, of a shell's pipe.
  TextSource piped() {
    EXPECT_EQ(::pipe2(pipe_.data(), O_CLOEXEC), 0);
    return speech::text_of_descriptor(pipe_[0], "standard input");
  }
  void write(std::string_view text) const {
    EXPECT_EQ(::write(pipe_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end_of_input() {
    ::close(pipe_[1]);
    pipe_[1] = -1;
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("decibit-texts-" + std::to_string(::getpid()));
  std::array<int, 2> pipe_ = {-1, -1};
};

/// Everything, `piece` bytes at a time.
std::string all_of(const TextSource& source, std::size_t piece = 3) {
  std::string all;
  std::vector<char> buffer(piece);
  while (true) {
    const auto got = source.read(buffer, kGoOn);
    EXPECT_TRUE(got);
    if (!got || *got == 0) return all;
    all.append(buffer.data(), *got);
  }
}

TEST_F(TextSources, OfAFileAreItsBytes) {
  const std::string text("caf\xC3\xA9 \0\xFF\r\n", 10);
  const auto source = speech::text_of_file(file(text));
  ASSERT_TRUE(source);
  EXPECT_EQ(source->size_bytes, text.size());
  EXPECT_EQ(all_of(*source), text);
  EXPECT_EQ(all_of(*source), "") << "it stays at its end";
  EXPECT_EQ(all_of(speech::text_of_file(file("")).value()), "");
}

TEST_F(TextSources, OfWhatIsNoTextAreRefused) {
  std::string noise;
  for (int i = 0; i < 100; ++i) noise += static_cast<char>(0x80 + i);
  for (const std::string& bytes :
       {std::string("\x7F\x45LF\0\0", 6), std::string("\xFF\xFEH\0i\0", 6), noise}) {
    const auto source = speech::text_of_file(file(bytes));
    ASSERT_TRUE(source);
    std::vector<char> buffer(4096);
    const auto got = source->read(buffer, kGoOn);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::kBadInput);
    EXPECT_THAT(got.error().message, HasSubstr((folder_ / "text.txt").string() + " is no text"));
  }
  // Latin-1, and a book with some damage.
  for (const std::string& bytes :
       {std::string("Le caf\xE9 \xE9tait tr\xE8s bon, disait-il."), std::string("\x01\xFF")})
    EXPECT_EQ(all_of(speech::text_of_file(file(bytes)).value(), 4096), bytes);
}

TEST_F(TextSources, OfAFileSayWhyTheyCannotBe) {
  const auto absent = speech::text_of_file(folder_ / "absent");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(absent.error().message, HasSubstr((folder_ / "absent").string()));
  const auto folder = speech::text_of_file(folder_);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(folder.error().message, HasSubstr("is a folder"));
  if (::geteuid() == 0) return;  // root may read everything
  const fs::path secret = file("secret");
  fs::permissions(secret, fs::perms::none);
  EXPECT_EQ(speech::text_of_file(secret).error().code, ErrorCode::kDenied);
}

TEST_F(TextSources, OfAPipeEndWhenItsWritersLeft) {
  const TextSource source = piped();
  EXPECT_EQ(source.size_bytes, 0u) << "not known";
  std::thread writer([this] {
    write("Hello ");
    std::this_thread::sleep_for(std::chrono::milliseconds(60));  // longer than one wait
    write("world.");
    end_of_input();
  });
  EXPECT_EQ(all_of(source), "Hello world.");
  writer.join();
}

TEST_F(TextSources, OfAPipeThatNothingComesOnCanBeStopped) {
  const TextSource source = piped();
  std::atomic<bool> stop{false};
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.store(true);
  });
  std::array<char, 8> buffer;
  EXPECT_TRUE(source.read(buffer, stop));  // returns at all
  stopper.join();
}

TEST_F(TextSources, OfANonBlockingPipeWait) {
  const TextSource source = piped();
  ASSERT_EQ(::fcntl(pipe_[0], F_SETFL, O_NONBLOCK), 0);
  std::thread writer([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    write("late");
    end_of_input();
  });
  EXPECT_EQ(all_of(source), "late");
  writer.join();
}

TEST_F(TextSources, OfADescriptorKnowTheSizeOfAFile) {
  const int descriptor = ::open(file("twelve bytes").c_str(), O_RDONLY | O_CLOEXEC);
  const TextSource source = speech::text_of_descriptor(descriptor, "standard input");
  EXPECT_EQ(source.size_bytes, 12u);
  EXPECT_EQ(all_of(source), "twelve bytes");
  EXPECT_EQ(::close(descriptor), 0) << "it is the caller's";
}

TEST_F(TextSources, OfADescriptorNameItInErrors) {
  const int folder = ::open(folder_.c_str(), O_RDONLY | O_CLOEXEC);
  std::array<char, 8> buffer;
  const auto read = speech::text_of_descriptor(folder, "standard input").read(buffer, kGoOn);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("standard input"));
  ::close(folder);
}

}  // namespace
}  // namespace decibit
