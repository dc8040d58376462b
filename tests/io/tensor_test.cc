// SPDX-License-Identifier: Apache-2.0
// Reads of tensors from a source that makes its bytes up, so that it can be of any size: the 32-bit
// word at position i holds i.
#include "io/tensor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <random>

namespace decibit {
namespace {

class Words : public ByteSource {
 public:
  explicit Words(std::uint64_t count) : count_(count) {}
  std::uint64_t size_bytes() const override { return 4 * count_; }
  const std::string& name() const override { return name_; }
  Status read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset + out.size() > size_bytes()) return fail(ErrorCode::kBadInput, "past the end");
    for (std::size_t i = 0; i < out.size(); ++i, ++offset)
      out[i] = static_cast<std::byte>(offset / 4 >> (8 * (offset % 4)) & 0xFF);
    bytes_read += out.size();
    return {};
  }
  mutable std::atomic<std::uint64_t> bytes_read = 0;

 private:
  std::uint64_t count_;
  std::string name_ = "words";
};

Tensor words_tensor(std::shared_ptr<const Words> source, Shape shape,
                    std::vector<std::int64_t> strides, std::uint64_t first_word) {
  return {
      "t", DType::kU32, std::move(shape), std::move(source), 4 * first_word, std::move(strides)};
}

std::vector<std::uint32_t> read_words(const Tensor& tensor, std::int64_t first, std::size_t count) {
  std::vector<std::uint32_t> words(count);
  const auto status = tensor.read(first, std::as_writable_bytes(std::span(words)));
  EXPECT_TRUE(status) << (status ? "" : status.error().message);
  return words;
}

TEST(Tensor, AStridedReadPicksTheElementsOfTheView) {
  std::mt19937 random(7);
  const auto upto = [&](unsigned limit) { return static_cast<std::int64_t>(random() % limit) + 1; };
  for (int round = 0; round < 300; ++round) {
    Shape shape;
    std::vector<std::int64_t> strides;
    for (std::int64_t d = 0, rank = upto(4); d < rank; ++d) {
      shape.push_back(upto(5));
      strides.push_back(upto(40) - 1);
    }
    const auto tensor = words_tensor(std::make_shared<Words>(1000), shape, strides, 17);
    const std::int64_t count = tensor.elements();
    const std::int64_t first = upto(static_cast<unsigned>(count)) - 1;
    const std::int64_t end = first + upto(static_cast<unsigned>(count - first));
    const auto words = read_words(tensor, first, static_cast<std::size_t>(end - first));
    for (std::int64_t i = first; i < end; ++i) {
      std::int64_t position = 17, rest = i;
      for (std::size_t d = shape.size(); d-- > 0; rest /= shape[d])
        position += rest % shape[d] * strides[d];
      ASSERT_EQ(words[static_cast<std::size_t>(i - first)], position)
          << "round " << round << ", shape " << to_string(shape) << ", element " << i;
    }
  }
}

TEST(Tensor, AHugeTransposedMatrixIsReadInPieces) {
  constexpr std::int64_t kRows = 8192, kColumns = 4096;  // 128 MiB, stored by columns
  const auto source = std::make_shared<Words>(kRows * kColumns);
  const auto tensor = words_tensor(source, {kRows, kColumns}, {1, kRows}, 0);
  const auto row = read_words(tensor, 5000 * kColumns, kColumns);
  for (std::uint32_t c = 0; c < kColumns; ++c) ASSERT_EQ(row[c], 5000 + c * kRows);
  EXPECT_EQ(source->bytes_read, 4u * kColumns) << "nothing that is not needed";
}

TEST(Tensor, AHugeViewOfLongRowsIsReadAhead) {
  constexpr std::int64_t kRows = 8192, kColumns = 4096;  // every second row of 256 MiB
  const auto source = std::make_shared<Words>(2 * kRows * kColumns);
  const auto tensor = words_tensor(source, {kRows, kColumns}, {2 * kColumns, 1}, 0);
  const auto words = read_words(tensor, 0, 2 * kColumns + 1);
  EXPECT_EQ(words[2 * kColumns], 4 * kColumns);
  EXPECT_LE(source->bytes_read, 5u * 16384u);
}

TEST(Tensor, AStridedReadReadsNothingBehindItsLastElement) {
  constexpr std::int64_t kBatch = 100, kSize = 32;  // a batch of transposed matrices
  const auto source = std::make_shared<Words>(kBatch * kSize * kSize);
  const auto tensor = words_tensor(source, {kBatch, kSize, kSize}, {kSize * kSize, 1, kSize}, 0);
  const auto matrix = read_words(tensor, 3 * kSize * kSize, kSize * kSize);
  EXPECT_EQ(matrix[1], 3 * kSize * kSize + kSize);
  EXPECT_EQ(source->bytes_read, 4u * kSize * kSize);
}

TEST(Tensor, ASourceThatEndsEarlyIsAnError) {
  const auto source = std::make_shared<Words>(10);
  const auto tensor = words_tensor(source, {4, 4}, {}, 0);
  EXPECT_FALSE(tensor.read_all());
  EXPECT_TRUE(tensor.read_all().error().message == "past the end");
}

TEST(Tensor, ReadingOutsideOfTheTensorIsABug) {
  const auto tensor = words_tensor(std::make_shared<Words>(100), {4}, {}, 0);
  std::vector<std::byte> out(8);
  EXPECT_DEATH((void)tensor.read(3, out).has_value(), "invariant broken");
  EXPECT_DEATH((void)tensor.read(-1, out).has_value(), "invariant broken");
}

}  // namespace
}  // namespace decibit
