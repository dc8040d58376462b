// SPDX-License-Identifier: Apache-2.0
// Sizes never wrap around, whatever a header claims; and every element type has its row.
#include "core/shape.h"

#include <gtest/gtest.h>

#include <limits>

namespace decibit {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(Shape, NumberOfElements) {
  EXPECT_EQ(num_elements({}), 1);
  EXPECT_EQ(num_elements({7}), 7);
  EXPECT_EQ(num_elements({2, 3, 4}), 24);
  EXPECT_EQ(num_elements({5, 0, 4}), 0);
  EXPECT_EQ(num_elements({std::int64_t{1} << 62}), std::int64_t{1} << 62);
}

TEST(Shape, OverflowIsNoNumber) {
  EXPECT_EQ(num_elements({kMax}), std::nullopt);
  EXPECT_EQ(num_elements({-1}), std::nullopt);
  EXPECT_EQ(num_elements({0, -1}), std::nullopt);
  EXPECT_EQ(num_elements({std::int64_t{1} << 32, std::int64_t{1} << 32}), std::nullopt);
  EXPECT_EQ(num_elements({0, kMax, kMax}), std::nullopt) << "a zero must not hide an overflow";
  EXPECT_EQ(num_elements({kMax, kMax, 0}), std::nullopt);
}

TEST(Shape, BytesCountBits) {
  EXPECT_EQ(size_bytes({3, 2}, DType::kF32), 24);
  EXPECT_EQ(size_bytes({2, 8}, DType::kF4), 8);
  EXPECT_EQ(size_bytes({3}, DType::kF4), std::nullopt) << "a byte and a half";
  EXPECT_EQ(size_bytes({4}, DType::kF6E2M3), 3);
  EXPECT_EQ(size_bytes({std::int64_t{1} << 60}, DType::kF64), std::nullopt);
}

TEST(Shape, Text) {
  EXPECT_EQ(to_string(Shape{}), "[]");
  EXPECT_EQ(to_string(Shape{512, 128}), "[512, 128]");
}

TEST(DTypeTable, NamesAndTypesAreOneToOne) {
  for (int i = 0; i <= static_cast<int>(DType::kC64); ++i) {
    const auto dtype = static_cast<DType>(i);
    EXPECT_EQ(dtype_from_name(name(dtype)), dtype) << name(dtype);
    EXPECT_GE(size_bits(dtype), 4);
  }
  EXPECT_EQ(dtype_from_name("F33"), std::nullopt);
  EXPECT_EQ(dtype_from_name("f32"), std::nullopt);
  EXPECT_EQ(dtype_from_name(""), std::nullopt);
}

TEST(DTypeTable, TorchNamesAndTypesAreOneToOne) {
  for (int i = 0; i <= static_cast<int>(DType::kC64); ++i) {
    const auto dtype = static_cast<DType>(i);
    const bool unknown_to_torch = size_bits(dtype) < 8;
    EXPECT_EQ(torch_name(dtype).empty(), unknown_to_torch) << name(dtype);
    EXPECT_EQ(dtype_from_torch_name(torch_name(dtype)),
              unknown_to_torch ? std::nullopt : std::optional(dtype));
  }
  EXPECT_EQ(torch_name(DType::kBF16), "bfloat16");
  EXPECT_EQ(dtype_from_torch_name("float16"), DType::kF16);
  EXPECT_EQ(dtype_from_torch_name("F16"), std::nullopt);
  EXPECT_EQ(dtype_from_torch_name(""), std::nullopt);
}

TEST(DTypeTable, Floats) {
  EXPECT_TRUE(is_float(DType::kF4) && is_float(DType::kF64) && !is_float(DType::kI64));
  EXPECT_TRUE(is_mlx_float(DType::kBF16) && !is_mlx_float(DType::kF64));
  EXPECT_EQ(size_bytes(DType::kC64), 8);
  EXPECT_DEATH((void)size_bytes(DType::kF4), "invariant broken");
}

}  // namespace
}  // namespace decibit
