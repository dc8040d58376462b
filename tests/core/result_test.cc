// SPDX-License-Identifier: Apache-2.0
#include "core/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace decibit {
namespace {

using testing::HasSubstr;

Result<std::unique_ptr<int>> half_of(int n) {
  if (n % 2 != 0) return fail(ErrorCode::kBadInput, "odd", "give an even number");
  return std::make_unique<int>(n / 2);
}

Result<int> quarter_of(int n) {
  const std::unique_ptr<int> half = TRY(half_of(n));
  const std::unique_ptr<int> quarter = TRY(half_of(*half));
  return *quarter;
}

Status check_divisible_by_four(int n) {
  TRY(quarter_of(n));
  return {};
}

TEST(Result, TryReturnsTheFirstErrorAndMovesValues) {
  EXPECT_EQ(quarter_of(12).value(), 3);
  EXPECT_EQ(quarter_of(12).value_or(-1), 3);
  EXPECT_EQ(quarter_of(6).value_or(-1), -1);
  ASSERT_FALSE(quarter_of(5));
  EXPECT_EQ(quarter_of(5).error().message, "odd");
  EXPECT_TRUE(check_divisible_by_four(8));
  EXPECT_EQ(check_divisible_by_four(6).error().hint, "give an even number");
}

TEST(Result, AccessToTheWrongSideIsABug) {
  EXPECT_DEATH((void)quarter_of(5).value(), "value\\(\\) of an error");
  EXPECT_DEATH((void)quarter_of(4).error(), "value\\(\\) of an error");
}

TEST(Error, TextForATerminal) {
  Error error = with_context({ErrorCode::kBadInput, "bad", "/a/b", "because", "this"}, "x");
  EXPECT_EQ(to_string(error), "error: x: bad\n  where: /a/b\n  why:   because\n  try:   this\n");
  EXPECT_EQ(to_string(Error{ErrorCode::kUsage, "bad"}), "error: bad\n");
}

TEST(Error, SystemErrorsHaveTheirCodes) {
  const auto code = [](int number) { return system_error(number, "cannot open", "f").code; };
  EXPECT_EQ(code(ENOENT), ErrorCode::kNotFound);
  EXPECT_EQ(code(EACCES), ErrorCode::kDenied);
  EXPECT_EQ(code(EROFS), ErrorCode::kDenied);
  for (int number : {ENOSPC, EDQUOT, EFBIG, ENOMEM}) EXPECT_EQ(code(number), ErrorCode::kResources);
  EXPECT_EQ(code(EPIPE), ErrorCode::kBrokenPipe);
  EXPECT_EQ(code(EIO), ErrorCode::kBadInput);
  EXPECT_THAT(system_error(ENOENT, "cannot open", "f").message,
              HasSubstr("cannot open f: No such"));
}

}  // namespace
}  // namespace decibit
