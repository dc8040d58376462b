// SPDX-License-Identifier: Apache-2.0
// The limit loops do the work they are given: sums of ones are counts, and no byte goes unread.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "kernels/kernel_table.h"

namespace decibit {
namespace {

using isa::Limits;

class EngineLimits : public ::testing::TestWithParam<const KernelTable*> {
 protected:
  const Limits& limits() const { return *GetParam()->limits; }
};

TEST_P(EngineLimits, CountWhatTheyAdd) {
  for (const std::int64_t units : {0, 1, 2, 7, 2048}) {
    const std::int64_t count = units * Limits::kUnit;
    EXPECT_EQ(limits().fma(count), static_cast<float>(count)) << units;
    EXPECT_EQ(limits().unpack(count), static_cast<float>(count)) << units;
    EXPECT_EQ(limits().int8(count), static_cast<float>(count)) << units;
    EXPECT_EQ(limits().int16(count), static_cast<float>(count)) << units;
  }
}

TEST_P(EngineLimits, ReadEveryByte) {
  constexpr std::size_t kBytes = 16 * Limits::kReadStep;
  struct alignas(64) Data {
    unsigned char bytes[kBytes];
  };
  const auto data = std::make_unique<Data>();
  std::memset(data->bytes, 0, kBytes);
  for (const int streams : {1, 8}) {
    EXPECT_EQ(limits().read(data->bytes, kBytes, streams), 0);
    for (std::size_t i = 0; i < kBytes; ++i) {
      data->bytes[i] = 1;
      EXPECT_GT(limits().read(data->bytes, kBytes, streams), 0) << i;
      data->bytes[i] = 0;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, EngineLimits, ::testing::ValuesIn(supported_tables()),
                         [](const auto& table) { return std::string(table.param->name); });

}  // namespace
}  // namespace decibit
