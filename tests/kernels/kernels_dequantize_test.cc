// SPDX-License-Identifier: Apache-2.0
// Every table dequantizes as the scalar rule does: all schemes, all types of scales and results,
// any codes, scales that no quantizer makes. Equal bits, any NaN equal to any NaN.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "hostile_rows.h"
#include "kernels/kernel_table.h"
#include "quant/golden_formats.h"
#include "quant/quantize.h"

namespace decibit::testing {
namespace {

std::vector<std::byte> random_bytes(std::size_t n, std::mt19937& random) {
  std::vector<std::byte> bytes(n);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random() & 255u);
  return bytes;
}

// Any bit pattern, infinities and NaN too: files come from anywhere.
struct RandomRow {
  std::int64_t k;
  std::vector<std::byte> codes, scales, biases;

  RandomRow(const Scheme& scheme, DType scale_dtype, std::int64_t k_, std::mt19937& random)
      : k(k_),
        codes(random_bytes(static_cast<std::size_t>(4 * scheme.words_per_row(k)), random)),
        scales(random_bytes(static_cast<std::size_t>(scheme.groups_per_row(k) *
                                                     size_bytes(scheme.scale_dtype(scale_dtype))),
                            random)),
        biases(random_bytes(scales.size(), random)) {}
};

void check(const Scheme& scheme, DType scale_dtype, DType out_dtype, const RandomRow& row) {
  std::vector<float> want(static_cast<std::size_t>(row.k));
  dequantize_row(scheme, scheme.has_biases() ? scale_dtype : out_dtype,
                 {row.codes.data(), row.scales.data(), row.biases.data()}, want);
  for (const KernelTable* table : supported_tables()) {
    std::vector<std::byte> got(want.size() * static_cast<std::size_t>(size_bytes(out_dtype)) + 1);
    table->dequantize_row(scheme, scale_dtype, row.k, row.codes.data(), row.scales.data(),
                          row.biases.data(), out_dtype, got.data() + 1);
    for (std::size_t i = 0; i < want.size(); ++i) {
      const float value = load_element(out_dtype, got.data() + 1, i);
      ASSERT_TRUE(same_float(value, round_to(out_dtype, want[i])))
          << fmt::format("{} {} scales {} to {} [{}] is {}, want {}", table->name,
                         to_string(scheme), name(scale_dtype), name(out_dtype), i, value, want[i]);
    }
  }
}

TEST(KernelsDequantize, AnyBytesOfEveryScheme) {
  std::mt19937 random(3);
  for (const Scheme& scheme : all_schemes()) {
    for (const DType scale_dtype : kFloatTypes) {
      for (const DType out_dtype : kFloatTypes) {
        for (const std::int64_t groups : {1, 3, 200}) {
          const RandomRow row(scheme, scale_dtype, groups * scheme.group_size(), random);
          check(scheme, scale_dtype, out_dtype, row);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST(KernelsDequantize, EveryScaleByteOfTheFpModes) {
  std::mt19937 random(4);
  for (const Scheme& scheme : all_schemes()) {
    if (scheme.has_biases()) continue;
    for (const DType out_dtype : kFloatTypes) {
      RandomRow row(scheme, DType::kF32, 256 * scheme.group_size(), random);
      for (std::size_t i = 0; i < 256; ++i) row.scales[i] = static_cast<std::byte>(i);
      check(scheme, DType::kF32, out_dtype, row);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace decibit::testing
