// SPDX-License-Identifier: Apache-2.0
// A block of rows gives the same bytes and the same figures for any number of threads, and each row
// is what it would be alone.
#include <gtest/gtest.h>

#include "hostile_rows.h"
#include "kernels/quantize_rows.h"

namespace decibit::testing {
namespace {

struct Block {
  std::vector<std::byte> codes, scales, biases;
  QuantError error;
  bool operator==(const Block& o) const {
    return codes == o.codes && scales == o.scales && biases == o.biases &&
           error.signal == o.error.signal && error.noise == o.error.noise &&
           error.groups == o.error.groups && error.zeroed_groups == o.error.zeroed_groups;
  }
};

RowBlock describe(const Scheme& scheme, ScaleRule rule, DType dtype, std::int64_t rows,
                  std::int64_t k, const std::byte* weights, Block& out) {
  RowBlock b{scheme, Profile::kCpu, rule, dtype, rows, k, weights, nullptr, nullptr, nullptr};
  const auto scale_bytes =
      static_cast<std::size_t>(rows * scheme.groups_per_row(k) * size_bytes(scale_dtype(b)));
  out.codes.resize(static_cast<std::size_t>(rows * scheme.words_per_row(k) * 4));
  out.scales.resize(scale_bytes);
  out.biases.resize(scheme.has_biases() ? scale_bytes : 0);
  b.codes = out.codes.data();
  b.scales = out.scales.data();
  b.biases = scheme.has_biases() ? out.biases.data() : nullptr;
  return b;
}

TEST(KernelsRows, AnyNumberOfThreadsGivesTheSameBytesAndFigures) {
  constexpr std::int64_t kRows = 139, kK = 1152;  // several tasks, an odd number of rows
  for (const DType dtype : kFloatTypes) {
    std::vector<float> weights;
    for (int r = 0; r < kRows; ++r) {
      const auto row = hostile_row(r % kHostileKinds == 7 ? 0 : r % kHostileKinds, dtype, kK,
                                   static_cast<unsigned>(r));
      weights.insert(weights.end(), row.begin(), row.end());
    }
    const auto bytes = to_bytes(dtype, weights);
    for (const Scheme& scheme : all_schemes()) {
      for (const ScaleRule rule : {ScaleRule::kMlx, ScaleRule::kF16First}) {
        if (rule == ScaleRule::kF16First && !scheme.has_biases()) continue;
        for (const KernelTable* table : supported_tables()) {
          if (table->name == "reference" && scheme.bits() != 5) continue;  // slow; one will do
          Block one;
          ThreadPool single(1);
          one.error = quantize_rows(*table, single,
                                    describe(scheme, rule, dtype, kRows, kK, bytes.data(), one));
          for (const unsigned threads : {2u, 5u}) {
            Block many;
            ThreadPool pool(threads);
            many.error = quantize_rows(
                *table, pool, describe(scheme, rule, dtype, kRows, kK, bytes.data(), many));
            ASSERT_TRUE(one == many)
                << table->name << " " << to_string(scheme) << " " << threads << " threads";
          }
        }
      }
    }
  }
}

TEST(KernelsRows, RowsAreIndependent) {
  constexpr std::int64_t kRows = 7, kK = 384;
  const Scheme scheme = Scheme::make(Mode::kAffine, 3, 128).value();
  std::vector<float> weights;
  for (int r = 0; r < kRows; ++r) {
    const auto row = hostile_row(0, DType::kBF16, kK, static_cast<unsigned>(r));
    weights.insert(weights.end(), row.begin(), row.end());
  }
  const auto bytes = to_bytes(DType::kBF16, weights);
  ThreadPool pool(2);
  for (const KernelTable* table : supported_tables()) {
    Block all;
    quantize_rows(*table, pool,
                  describe(scheme, ScaleRule::kMlx, DType::kBF16, kRows, kK, bytes.data(), all));
    std::vector<std::byte> codes, scales;
    for (std::int64_t r = 0; r < kRows; ++r) {
      Block row;
      quantize_rows(
          *table, pool,
          describe(scheme, ScaleRule::kMlx, DType::kBF16, 1, kK, bytes.data() + 2 * kK * r, row));
      codes.insert(codes.end(), row.codes.begin(), row.codes.end());
      scales.insert(scales.end(), row.scales.begin(), row.scales.end());
    }
    EXPECT_EQ(all.codes, codes) << table->name;
    EXPECT_EQ(all.scales, scales) << table->name;
  }
}

TEST(KernelsRows, EmptyMatrices) {
  ThreadPool pool(2);
  const Scheme scheme = Scheme::make(Mode::kAffine, 4, 64).value();
  for (const KernelTable* table : supported_tables()) {
    Block none;
    EXPECT_EQ(quantize_rows(*table, pool,
                            describe(scheme, ScaleRule::kMlx, DType::kF32, 0, 64, nullptr, none))
                  .groups,
              0);
    EXPECT_EQ(quantize_rows(*table, pool,
                            describe(scheme, ScaleRule::kMlx, DType::kF32, 4, 0, nullptr, none))
                  .groups,
              0);
  }
}

}  // namespace
}  // namespace decibit::testing
