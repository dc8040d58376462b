// SPDX-License-Identifier: Apache-2.0
// Casts equal core/half.h bit for bit (NaN patterns included), and the search for values that are
// not finite finds them at every place.
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "hostile_rows.h"
#include "kernels/kernel_table.h"

namespace decibit::testing {
namespace {

constexpr DType kSources[] = {DType::kF64, DType::kF32, DType::kF16, DType::kBF16};

std::size_t bytes_of(DType dtype) { return static_cast<std::size_t>(size_bytes(dtype)); }

// The definition: one element through float, same types untouched.
std::vector<std::byte> cast_by_definition(DType from, const std::vector<std::byte>& in, DType to) {
  if (from == to) return in;
  const std::size_t n = in.size() / bytes_of(from);
  std::vector<std::byte> out(n * bytes_of(to));
  for (std::size_t i = 0; i < n; ++i) {
    double d = 0;
    if (from == DType::kF64) std::memcpy(&d, in.data() + 8 * i, 8);
    const float x = from == DType::kF64 ? static_cast<float>(d) : load_element(from, in.data(), i);
    store_element(to, x, out.data(), i);
  }
  return out;
}

void check_cast(DType from, const std::vector<std::byte>& in, DType to) {
  const auto want = cast_by_definition(from, in, to);
  const std::size_t n = in.size() / bytes_of(from);
  for (const KernelTable* table : supported_tables()) {
    std::vector<std::byte> shifted(1), got(want.size() + 2, std::byte{0x5A});
    shifted.insert(shifted.end(), in.begin(), in.end());
    table->cast(from, shifted.data() + 1, to, got.data() + 1, n);
    EXPECT_EQ(got.back(), std::byte{0x5A}) << "wrote past the end";
    got.pop_back();
    got.erase(got.begin());
    for (std::size_t i = 0; i < n; ++i)
      ASSERT_EQ(std::memcmp(&got[i * bytes_of(to)], &want[i * bytes_of(to)], bytes_of(to)), 0)
          << table->name << " " << name(from) << " to " << name(to) << " [" << i << "]";
  }
}

TEST(KernelsCast, EveryPatternOfTheHalfTypes) {
  for (const DType from : {DType::kF16, DType::kBF16}) {
    std::vector<std::byte> in(2 * 65536);
    for (unsigned u = 0; u < 65536; ++u) {
      const auto h = static_cast<std::uint16_t>(u);
      std::memcpy(&in[2 * u], &h, 2);
    }
    for (const DType to : kFloatTypes) check_cast(from, in, to);
  }
}

TEST(KernelsCast, RandomPatternsAndBorders) {
  std::mt19937_64 random(5);
  std::vector<std::byte> singles, doubles;
  const auto add = [](std::vector<std::byte>& to, const auto& x) {
    const auto* p = reinterpret_cast<const std::byte*>(&x);
    to.insert(to.end(), p, p + sizeof x);
  };
  for (int i = 0; i < 100000; ++i) {
    add(singles, static_cast<std::uint32_t>(random()));
    add(doubles, random());
    // Doubles in the range of floats, near the middle between two halves.
    const double x = std::ldexp(1.0 + static_cast<double>(random() % 4096) / 4096,
                                static_cast<int>(random() % 60) - 30);
    add(doubles, x);
    add(doubles, x * (1 + 0x1p-40));
    add(singles, static_cast<float>(x));
  }
  for (const double x : {65504.0, 65519.99, 65520.0, 3.4028236e38, 1e300, 0x1p-24, 0x1p-25,
                         0x1p-149, -0.0, std::numeric_limits<double>::infinity()}) {
    add(doubles, x);
    add(singles, static_cast<float>(x));
  }
  for (const DType to : kFloatTypes) {
    check_cast(DType::kF32, singles, to);
    check_cast(DType::kF64, doubles, to);
  }
}

TEST(KernelsCast, EveryLength) {
  for (const DType from : kSources) {
    for (std::size_t n = 0; n < 70; ++n) {
      std::vector<std::byte> in(n * bytes_of(from));
      for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<std::byte>(i * 7 % 120);
      for (const DType to : kFloatTypes) check_cast(from, in, to);
    }
  }
}

void put(DType dtype, double value, std::byte* data, std::size_t i) {
  if (dtype == DType::kF64) {
    std::memcpy(data + 8 * i, &value, 8);
  } else {
    store_element(dtype, static_cast<float>(value), data, i);
  }
}

TEST(KernelsFirstNonfinite, FindsTheFirstAtEveryPlace) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const DType dtype : kSources) {
    for (const std::size_t n : {std::size_t{1}, std::size_t{31}, std::size_t{200}}) {
      std::vector<std::byte> data(n * bytes_of(dtype) + 1);
      std::byte* first = data.data() + 1;
      for (std::size_t i = 0; i < n; ++i) put(dtype, i % 3 == 0 ? 65504 : -1e-3, first, i);
      for (const KernelTable* table : supported_tables()) {
        EXPECT_EQ(table->first_nonfinite(dtype, first, n), n) << table->name << name(dtype);
        for (const double bad : {kInfinity, -kInfinity, std::nan("")}) {
          for (std::size_t i = n; i-- > 0;) {  // later ones stay: the first must be found
            put(dtype, bad, first, i);
            ASSERT_EQ(table->first_nonfinite(dtype, first, n), i) << table->name << name(dtype);
          }
          for (std::size_t i = 0; i < n; ++i) put(dtype, 1, first, i);
        }
      }
    }
  }
}

TEST(KernelsFirstNonfinite, LargestFiniteValuesAreFinite) {
  for (const DType dtype : kFloatTypes) {
    std::mt19937 random(6);
    std::vector<float> values(4096);
    for (float& v : values) v = random_pattern(dtype, random);
    for (const KernelTable* table : supported_tables())
      EXPECT_EQ(table->first_nonfinite(dtype, to_bytes(dtype, values).data(), 4096), 4096u);
  }
}

}  // namespace
}  // namespace decibit::testing
