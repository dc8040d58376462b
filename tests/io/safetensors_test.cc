// SPDX-License-Identifier: Apache-2.0
// safetensors: what is written is read back, and no header can lie. Rows B009, B010 and B011 of the
// field reports are here as far as they are about reading.
#include "io/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "io/byte_source.h"

namespace decibit {
namespace {

using testing::HasSubstr;

std::string length_field(std::uint64_t length) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(length >> (8 * i) & 0xFF);
  return bytes;
}

Result<SafetensorsFile> read_bytes(const std::string& bytes) {
  return read_safetensors(memory_source("x.safetensors", std::as_bytes(std::span(bytes))));
}

/// A file with this header and `data_bytes` zeros.
Result<SafetensorsFile> read_header(const std::string& header, std::size_t data_bytes = 0) {
  return read_bytes(length_field(header.size()) + header + std::string(data_bytes, '\0'));
}

Error error_of(const Result<SafetensorsFile>& file) {
  EXPECT_FALSE(file) << "was accepted";
  if (file) return Error{};
  EXPECT_EQ(file.error().code, ErrorCode::kBadInput);
  return file.error();
}

std::vector<std::byte> pattern(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 37 + 11);
  return bytes;
}

class SafetensorsFiles : public testing::Test {
 protected:
  std::filesystem::path path_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".safetensors");
  ~SafetensorsFiles() override { std::filesystem::remove(path_); }
};

TEST_F(SafetensorsFiles, WhatIsWrittenIsReadBack) {
  const std::vector<TensorHeader> headers = {{"b.weight", DType::kU32, {3, 5}},
                                             {"a.\"quoted\" \xC3\xA9", DType::kBF16, {7}},
                                             {"scalar", DType::kF32, {}},
                                             {"empty", DType::kF32, {0, 64}},
                                             {"c", DType::kU8, {1}}};
  auto writer = SafetensorsWriter::create(path_, headers, {{"format", "mlx"}});
  ASSERT_TRUE(writer) << writer.error().message;
  EXPECT_EQ(writer->offset_of(0) % 8, 0u);
  for (std::size_t i = headers.size(); i-- > 0;) {  // any order
    const auto size = size_bytes(headers[i].shape, headers[i].dtype).value();
    ASSERT_TRUE(writer->write_at(writer->offset_of(i), pattern(static_cast<std::size_t>(size))));
  }
  ASSERT_TRUE(writer->finish());

  const auto file = open_safetensors(path_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->metadata, (std::map<std::string, std::string>{{"format", "mlx"}}));
  EXPECT_EQ(file->unaccounted_bytes, 0u);
  ASSERT_EQ(file->tensors.size(), headers.size());
  for (const TensorHeader& header : headers) {
    const auto tensor = std::find_if(file->tensors.begin(), file->tensors.end(),
                                     [&](const Tensor& t) { return t.name == header.name; });
    ASSERT_NE(tensor, file->tensors.end()) << header.name;
    EXPECT_EQ(tensor->dtype, header.dtype);
    EXPECT_EQ(tensor->shape, header.shape);
    EXPECT_EQ(tensor->read_all().value(), pattern(static_cast<std::size_t>(tensor->size_bytes())));
  }
}

TEST_F(SafetensorsFiles, MetadataWithoutTensors) {
  auto writer = SafetensorsWriter::create(path_, {}, {{"format", "mlx"}});
  ASSERT_TRUE(writer && writer->finish());
  const auto file = open_safetensors(path_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(file->tensors.empty());
  EXPECT_EQ(file->metadata.at("format"), "mlx");
}

TEST_F(SafetensorsFiles, AFullDiskTellsNeededAndAvailableBytes) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "this system has no /dev/full";
  const auto writer = SafetensorsWriter::create("/dev/full", {{"a", DType::kF32, {1000}}}, {});
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kResources);
  EXPECT_THAT(writer.error().message, HasSubstr("the file needs 4"));
  EXPECT_THAT(writer.error().message, HasSubstr("available"));
}

TEST(SafetensorsReader, B010MetadataInEveryForm) {
  for (const char* header :
       {R"({"__metadata__":{}})", R"({"__metadata__":null})", R"({})",
        R"({"__metadata__":{"a":"b"}})", R"({"__metadata__":{"a":"b"}}      )"}) {
    const auto file = read_header(header);
    ASSERT_TRUE(file) << header << ": " << file.error().message;
    EXPECT_TRUE(file->tensors.empty()) << header;
  }
  const auto file = read_header(
      R"({"z":{"dtype":"F32","shape":[0,64],"data_offsets":[4,4]},)"
      R"("s":{"shape":[],"data_offsets":[0,4],"dtype":"F32"},"__metadata__":{"k":"v"}})",
      4);
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->tensors.size(), 2u);
  EXPECT_EQ(file->tensors[0].elements(), 1);
  EXPECT_EQ(file->tensors[1].elements(), 0);
  EXPECT_EQ(file->metadata.at("k"), "v");
  EXPECT_THAT(error_of(read_header(R"({"__metadata__":{"a":1}})")).message, HasSubstr("\"a\""));
}

TEST(SafetensorsReader, B009LyingHeaders) {
  const auto a =
      error_of(read_header(R"({"t":{"dtype":"F32","shape":[1000,1000],"data_offsets":[0,4]}})", 4));
  EXPECT_THAT(a.message, HasSubstr("tensor t: F32 [1000, 1000] takes 4000000 bytes"));
  EXPECT_THAT(a.message, HasSubstr("hold 4"));
  const auto b = error_of(
      read_header(R"({"t":{"dtype":"F32","shape":[1000,1000],"data_offsets":[0,4000000]}})", 4));
  EXPECT_THAT(b.message, HasSubstr("tensor t: its data end at byte 4000000, but the file has 4"));
  EXPECT_THAT(b.hint, HasSubstr("cut off"));
  EXPECT_THAT(
      error_of(read_header(
                   R"({"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})"))
          .message,
      HasSubstr("[4294967296, 4294967296] is no size"));
  EXPECT_THAT(
      error_of(read_header(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}})", 8)).message,
      HasSubstr("[8,4]"));
  EXPECT_THAT(error_of(read_header(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                   R"("u":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                                   8))
                  .message,
              HasSubstr("tensor u: its bytes 4 to 8 overlap those of t, 0 to 8"));
  const auto f = read_header(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 20);
  ASSERT_TRUE(f);
  EXPECT_EQ(f->unaccounted_bytes, 16u);
  for (std::uint64_t length : {std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1000}})
    error_of(read_bytes(length_field(length) + "{}"));
}

TEST(SafetensorsReader, B011SmallTypesCountBits) {
  const auto file = read_header(R"({"e":{"dtype":"F8_E8M0","shape":[3],"data_offsets":[8,11]},)"
                                R"("f":{"dtype":"F4","shape":[2,8],"data_offsets":[0,8]}})",
                                11);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->tensors[0].size_bytes(), 3);
  EXPECT_EQ(file->tensors[1].size_bytes(), 8);
  EXPECT_EQ(file->tensors[1].read_all().value().size(), 8u);
  error_of(read_header(R"({"f":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}})", 2));
}

TEST(SafetensorsReader, MalformedEntries) {
  for (const char* header :
       {"[]", "null", "{", R"({"t":1})", R"({"t":{"dtype":"F33","shape":[],"data_offsets":[0,4]}})",
        R"({"t":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})",
        R"({"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})",
        R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,2,4]}})",
        R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0]}})",
        R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}})",
        R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551616]}})",
        R"({"t":{"dtype":"F32","shape":[1]}})", R"({"t":{"shape":[1],"data_offsets":[0,4]}})",
        R"({"t":{"dtype":"F32","data_offsets":[0,4]}})",
        R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
        R"("t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"})
    error_of(read_header(header, 4));
}

TEST(SafetensorsReader, EveryPrefixIsAnError) {
  const std::string header = R"({"t":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}} )";
  const std::string bytes = length_field(header.size()) + header + std::string(16, 'x');
  ASSERT_TRUE(read_bytes(bytes));
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_THAT(error_of(read_bytes(bytes.substr(0, n))).hint, HasSubstr("cut off")) << n;
}

}  // namespace
}  // namespace decibit
