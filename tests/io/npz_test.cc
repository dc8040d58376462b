// SPDX-License-Identifier: Apache-2.0
// NumPy archives made by data/make_npz_fixtures.py, and zip archives that lie.
#include "io/npz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "io/npy_header.h"
#include "io/zip.h"
#include "numbers.h"

namespace decibit {
namespace {

using testing::HasSubstr;

std::string bytes_of(const std::string& name) {
  return read_text(test_data("npz/" + name)).value();
}

std::string error_of(const std::string& bytes) {
  const auto tensors = read_npz(bytes_source(bytes));
  EXPECT_FALSE(tensors) << "was accepted";
  if (tensors) return {};
  EXPECT_EQ(tensors.error().code, ErrorCode::kBadInput);
  return tensors.error().message;
}

class NpzArrays : public testing::TestWithParam<const char*> {};

TEST_P(NpzArrays, AreReadWithTypesShapesAndOrder) {
  const auto tensors = open_npz(test_data(std::string("npz/") + GetParam()));
  ASSERT_TRUE(tensors) << tensors.error().message;
  EXPECT_EQ(tensors->size(), 15u);
  const auto check = [&](std::string_view name, DType dtype, const Shape& shape) {
    const Tensor& tensor = tensor_named(*tensors, name);
    EXPECT_EQ(tensor.dtype, dtype) << name;
    EXPECT_EQ(tensor.shape, shape) << name;
    EXPECT_EQ(numbers(tensor), counting(tensor.elements())) << name;
  };
  check("f4", DType::kF32, {2, 3});
  check("f2", DType::kF16, {5});
  check("f8", DType::kF64, {3});
  check("bf16", DType::kBF16, {4});
  check("u1", DType::kU8, {7});
  check("u4", DType::kU32, {2, 2});
  check("i1", DType::kI8, {3});
  check("i8", DType::kI64, {3});
  check("bool", DType::kBool, {2});
  check("scalar", DType::kF32, {});
  check("empty", DType::kF32, {0, 64});
  check("fortran", DType::kF32, {2, 3, 4});
  check("folder/nested.name", DType::kF32, {2});
  check("version2", DType::kF32, {2});
  check("version3", DType::kF32, {2});
}

INSTANTIATE_TEST_SUITE_P(Methods, NpzArrays, testing::Values("stored.npz", "deflated.npz"));

TEST(Npz, WhatIsNotReadIsNamed) {
  EXPECT_THAT(error_of(bytes_of("bad_big_endian.npz")), HasSubstr("'>f4' is big-endian"));
  EXPECT_THAT(error_of(bytes_of("bad_object.npz")), HasSubstr("Python objects"));
  EXPECT_THAT(error_of(bytes_of("bad_struct.npz")), HasSubstr("structured"));
  EXPECT_THAT(error_of(bytes_of("bad_text.npz")), HasSubstr("'<U1'"));
  EXPECT_THAT(error_of(bytes_of("bad_short.npz")), HasSubstr("takes 12 bytes, but it has 8"));
  EXPECT_THAT(error_of(bytes_of("bad_member.npz")), HasSubstr("member x.txt: it is no .npy file"));
  EXPECT_THAT(error_of(bytes_of("bad_method.npz")), HasSubstr("compression method 14"));
}

TEST(Npz, EveryPrefixIsAnError) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const std::string bytes = bytes_of(name);
    for (std::size_t n = 0; n < bytes.size(); ++n)
      EXPECT_FALSE(read_npz(bytes_source(bytes.substr(0, n)))) << name << ", " << n << " bytes";
  }
}

/// Whatever one changed byte does, reading ends with tensors or an error.
TEST(Npz, OneChangedByteNeverCrashes) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const std::string bytes = bytes_of(name);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ 0x55);
      const auto tensors = read_npz(bytes_source(changed));
      if (!tensors) continue;
      for (const Tensor& tensor : *tensors) (void)tensor.read_all().has_value();
    }
  }
}

TEST(Npz, DeflatedArraysAreReadInAnyOrderAndFromManyThreads) {
  const auto tensors = open_npz(test_data("npz/large_deflated.npz"));
  ASSERT_TRUE(tensors) << tensors.error().message;
  const Tensor& tensor = tensors->front();
  const auto all = tensor.read_all().value();
  const auto equal_part = [&](std::int64_t row) {
    std::vector<std::byte> part(4000);
    return tensor.read(row * 1000, part) &&
           std::equal(part.begin(), part.end(), all.begin() + 4000 * row);
  };
  for (std::int64_t row : {299, 0, 150, 151, 3}) EXPECT_TRUE(equal_part(row)) << "row " << row;
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::int64_t row = t; row < 300; row += 37) wrong += !equal_part(row);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Npz, TheChecksumOfADeflatedArrayIsChecked) {
  std::string bytes = bytes_of("large_deflated.npz");
  const std::size_t directory = bytes.rfind("PK\x01\x02");
  bytes[directory + 16] = static_cast<char>(bytes[directory + 16] ^ 1);
  const auto tensors = read_npz(bytes_source(bytes));
  ASSERT_TRUE(tensors) << tensors.error().message;
  const auto read = tensors->front().read_all();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("CRC-32"));
}

TEST(Zip, AnnouncedSizesAreBounded) {
  std::string bytes = bytes_of("large_deflated.npz");
  const std::size_t directory = bytes.rfind("PK\x01\x02");
  bytes.replace(directory + 24, 4, "\xFE\xFF\xFF\xFF");
  EXPECT_THAT(error_of(bytes), HasSubstr("cannot unpack to 4294967294"));
}

TEST(Zip, EncryptedAndOverlappingMembersAreRefused) {
  std::string encrypted = bytes_of("large_deflated.npz");
  encrypted[encrypted.rfind("PK\x01\x02") + 8] = 1;
  EXPECT_THAT(error_of(encrypted), HasSubstr("encrypted"));
  // The second entry of the directory is made to point to the first member.
  std::string overlapping = bytes_of("stored.npz");
  const std::size_t first = overlapping.find("PK\x01\x02");
  const std::size_t second = overlapping.find("PK\x01\x02", first + 4);
  overlapping.replace(second + 42, 4, overlapping, first + 42, 4);
  EXPECT_THAT(error_of(overlapping), HasSubstr("its own header has another name"));
}

TEST(NpyHeader, SpacingQuotesAndOrderAreFree) {
  const auto header =
      parse_npy_header(R"( {"shape":(3,4L ,), 'fortran_order' :True,'descr':"|u1"} )");
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->dtype, DType::kU8);
  EXPECT_TRUE(header->fortran_order);
  EXPECT_EQ(header->shape, (Shape{3, 4}));
  for (const char* text :
       {"", "{", "{}", "[]", "{'descr': '<f4', 'fortran_order': False, 'shape': (3)",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'x': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} x", "{'descr: '<f4'}"})
    EXPECT_FALSE(parse_npy_header(text)) << text;
}

}  // namespace
}  // namespace decibit
