// SPDX-License-Identifier: Apache-2.0
#include "io/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

namespace decibit {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ByteSources : public testing::Test {
 protected:
  ByteSources() { fs::create_directories(root_); }
  ~ByteSources() override { fs::remove_all(root_); }
  fs::path root_ = fs::path(testing::TempDir()) /
                   (std::string("byte_source_") + std::to_string(::getpid()) +
                    testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(ByteSources, AFileAndItsBytesInMemoryReadAlike) {
  const std::string text = "0123456789";
  std::ofstream(root_ / "f") << text;
  const auto file = open_file(root_ / "f").value();
  const auto memory = memory_source("m", std::as_bytes(std::span(text)));
  EXPECT_EQ(file->name(), "f");
  for (const auto& source : {file, memory}) {
    EXPECT_EQ(source->size_bytes(), text.size());
    for (std::size_t offset = 0; offset <= text.size() + 1; ++offset)
      for (std::size_t count = 0; count <= text.size() + 1; ++count) {
        std::string part(count, '\0');
        const auto status = source->read(offset, std::as_writable_bytes(std::span(part)));
        ASSERT_EQ(status.has_value(), offset + count <= text.size()) << offset << " " << count;
        if (!status) continue;
        EXPECT_EQ(part, text.substr(offset, count));
      }
    std::array<std::byte, 2> two;
    EXPECT_FALSE(source->read(~std::uint64_t{0}, two)) << "offset + size must not wrap around";
  }
}

TEST_F(ByteSources, OnlyRegularFilesAreOpened) {
  EXPECT_EQ(open_file(root_ / "none").error().code, ErrorCode::kNotFound);
  EXPECT_THAT(open_file(root_).error().message, HasSubstr("no regular file"));
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(open_file(root_ / "pipe").error().message, HasSubstr("no regular file"));
}

TEST_F(ByteSources, AFileThatShrinksIsAnError) {
  std::ofstream(root_ / "f") << std::string(100, 'x');
  const auto file = open_file(root_ / "f").value();
  fs::resize_file(root_ / "f", 10);
  std::array<std::byte, 50> out;
  EXPECT_THAT(file->read(0, out).error().message, HasSubstr("it has only 10 bytes"));
}

TEST_F(ByteSources, TextHasALimit) {
  std::ofstream(root_ / "f") << "12345";
  EXPECT_EQ(read_text(root_ / "f", 5).value(), "12345");
  EXPECT_THAT(read_text(root_ / "f", 4).error().message, HasSubstr("has 5 bytes"));
}

}  // namespace
}  // namespace decibit
