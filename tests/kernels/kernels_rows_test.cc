// SPDX-License-Identifier: Apache-2.0
// A block of rows gives the same bytes and the same figures however it is cut.
#include <gtest/gtest.h>

#include <utility>

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
  const auto scale_bytes = static_cast<std::size_t>(rows * scheme.groups_per_row(k) *
                                                    size_bytes(scale_dtype(scheme, rule, dtype)));
  out.codes.resize(static_cast<std::size_t>(rows * scheme.words_per_row(k) * 4));
  out.scales.resize(scale_bytes);
  out.biases.resize(scheme.has_biases() ? scale_bytes : 0);
  b.codes = out.codes.data();
  b.scales = out.scales.data();
  b.biases = scheme.has_biases() ? out.biases.data() : nullptr;
  return b;
}

TEST(KernelsRows, CuttingABlockChangesNothing) {
  constexpr std::int64_t kRows = 9, kK = 384;
  for (const DType dtype : kFloatTypes) {
    std::vector<float> weights;
    for (int r = 0; r < kRows; ++r) {
      const auto row = hostile_row(r % kHostileKinds == 7 ? 0 : r % kHostileKinds, dtype, kK,
                                   static_cast<unsigned>(r));
      weights.insert(weights.end(), row.begin(), row.end());
    }
    const auto bytes = to_bytes(dtype, weights);
    for (const Scheme& scheme : all_schemes())
      for (const ScaleRule rule : {ScaleRule::kMlx, ScaleRule::kF16First}) {
        if (rule == ScaleRule::kF16First && !scheme.has_biases()) continue;
        for (const KernelTable* table : supported_tables()) {
          Block whole, cut;
          whole.error =
              quantize_rows(*table, describe(scheme, rule, dtype, kRows, kK, bytes.data(), whole));
          const RowBlock block = describe(scheme, rule, dtype, kRows, kK, bytes.data(), cut);
          for (const auto& [first, count] : {std::pair{7, 2}, {0, 1}, {1, 6}})
            quantize_rows(*table, slice_rows(block, first, count));
          for (std::int64_t r = 0; r < kRows; ++r)
            cut.error.add(quantize_rows(*table, slice_rows(block, r, 1)));
          ASSERT_TRUE(whole == cut) << table->name << " " << to_string(scheme);
        }
      }
  }
}

TEST(KernelsRows, EmptyMatrices) {
  const Scheme scheme = Scheme::make(Mode::kAffine, 4, 64).value();
  for (const KernelTable* table : supported_tables())
    for (const auto& [rows, k] : {std::pair{0, 64}, {4, 0}}) {
      Block none;
      EXPECT_EQ(quantize_rows(
                    *table, describe(scheme, ScaleRule::kMlx, DType::kF32, rows, k, nullptr, none))
                    .groups,
                0);
    }
}

}  // namespace
}  // namespace decibit::testing
