// SPDX-License-Identifier: Apache-2.0
// Every table this CPU runs gives the bytes of the scalar rule, for every scheme, type, profile and
// scale rule, whatever the weights, the alignment and the length of the row.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "hostile_rows.h"
#include "kernels/kernel_table.h"
#include "quant/golden_formats.h"
#include "quant/quantize.h"

namespace decibit::testing {
namespace {

// One quantized row between guard bytes, at an odd address.
struct Row {
  static constexpr std::size_t kGuard = 65;
  static constexpr std::byte kMark{0xA5};
  std::size_t code_bytes, scale_bytes;
  std::vector<std::byte> codes, scales, biases;
  QuantError error;

  Row(const Scheme& scheme, DType scale_dtype, std::int64_t k)
      : code_bytes(static_cast<std::size_t>(4 * scheme.words_per_row(k))),
        scale_bytes(static_cast<std::size_t>(scheme.groups_per_row(k) *
                                             size_bytes(scheme.scale_dtype(scale_dtype)))),
        codes(code_bytes + 2 * kGuard, kMark),
        scales(scale_bytes + 2 * kGuard, kMark),
        biases(scheme.has_biases() ? scales.size() : 0, kMark) {}
  QuantizedRow pointers() {
    return {codes.data() + kGuard, scales.data() + kGuard,
            biases.empty() ? nullptr : biases.data() + kGuard};
  }
};

struct QuantCase {
  Scheme scheme;
  Profile profile;
  ScaleRule rule;
  DType dtype;

  DType scale_dtype() const { return rule == ScaleRule::kF16First ? DType::kF16 : dtype; }
  std::string text() const {
    return fmt::format("{} {} {}{}", to_string(scheme), name(profile), name(dtype),
                       rule == ScaleRule::kF16First ? " f16-first" : "");
  }
};

std::vector<QuantCase> all_cases() {
  std::vector<QuantCase> cases;
  for (const Scheme& scheme : all_schemes()) {
    for (const DType dtype : kFloatTypes) {
      for (const Profile profile : {Profile::kCpu, Profile::kMetal, Profile::kCuda})
        cases.push_back({scheme, profile, ScaleRule::kMlx, dtype});
      if (scheme.has_biases())
        cases.push_back({scheme, Profile::kCpu, ScaleRule::kF16First, dtype});
    }
  }
  return cases;
}

Row quantize_with(const KernelTable& table, const QuantCase& s, const std::vector<float>& weights) {
  const auto k = static_cast<std::int64_t>(weights.size());
  Row row(s.scheme, s.scale_dtype(), k);
  std::vector<std::byte> bytes = to_bytes(s.dtype, weights);
  bytes.insert(bytes.begin(), std::byte{});  // an odd address
  const QuantizedRow out = row.pointers();
  row.error = table.quantize_row({s.scheme, s.profile, s.rule, s.dtype, k, bytes.data() + 1,
                                  out.codes, out.scales, out.biases});
  return row;
}

Row quantize_by_rule(const QuantCase& s, const std::vector<float>& weights) {
  Row row(s.scheme, s.scale_dtype(), static_cast<std::int64_t>(weights.size()));
  if (s.rule == ScaleRule::kF16First) {
    quantize_row_f16_scales(s.scheme, weights, row.pointers());
  } else {
    quantize_row(s.scheme, s.profile, s.dtype, weights, row.pointers());
  }
  return row;
}

void expect_same(const std::vector<std::byte>& got, const std::vector<std::byte>& want,
                 const std::string& where) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_EQ(static_cast<int>(got[i]), static_cast<int>(want[i]))
        << where << " byte " << static_cast<std::ptrdiff_t>(i - Row::kGuard);
}

void check(const QuantCase& s, const std::vector<float>& weights, const std::string& what) {
  const Row want = quantize_by_rule(s, weights);
  QuantError error;  // of the first table, which is the reference
  for (const KernelTable* table : supported_tables()) {
    const std::string where =
        fmt::format("{} {} k={} {}", table->name, s.text(), weights.size(), what);
    const Row got = quantize_with(*table, s, weights);
    if (table == supported_tables().front()) error = got.error;
    expect_same(got.codes, want.codes, where + " codes");
    expect_same(got.scales, want.scales, where + " scales");
    expect_same(got.biases, want.biases, where + " biases");
    EXPECT_EQ(got.error.groups, error.groups) << where;
    EXPECT_EQ(got.error.zeroed_groups, error.zeroed_groups) << where;
    // Both sum the same numbers in double, in another order.
    EXPECT_NEAR(got.error.signal, error.signal, 1e-12 * error.signal) << where;
    if (std::isinf(error.noise)) {
      EXPECT_EQ(got.error.noise, error.noise) << where;
    } else {
      EXPECT_NEAR(got.error.noise, error.noise, 1e-12 * error.noise) << where;
    }
  }
}

// 128 * 19 fills panels and leaves a rest; the other lengths are the smallest ones.
TEST(KernelsQuantize, HostileRowsOfEveryScheme) {
  for (const QuantCase& s : all_cases()) {
    const auto group = static_cast<std::size_t>(s.scheme.group_size());
    for (int kind = 0; kind < kHostileKinds; ++kind) {
      for (const std::size_t k : {group, 3 * group, std::size_t{128} * 19}) {
        check(s, hostile_row(kind, s.dtype, k, static_cast<unsigned>(kind)),
              fmt::format("kind {}", kind));
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(KernelsQuantize, ManySeedsOfAnyBitPattern) {
  for (const QuantCase& s : all_cases()) {
    for (unsigned seed = 0; seed < 20; ++seed) {
      check(s, hostile_row(seed % 2 == 0 ? 1 : 2, s.dtype, 384, 1000 + seed),
            fmt::format("seed {}", seed));
      if (HasFatalFailure()) return;
    }
  }
}

TEST(KernelsQuantize, GoldenInputs) {
  for (const QuantCase& s : all_cases()) {
    const std::string key = s.dtype == DType::kF32   ? "f32"
                            : s.dtype == DType::kF16 ? "f16"
                                                     : "bf16";
    const GoldenTensor& input = golden_tensor("inputs.safetensors", "tricky." + key);
    const auto names = golden_row_names("tricky." + key);
    std::vector<float> weights(static_cast<std::size_t>(input.k()));
    for (std::size_t r = 0; r < input.rows(); ++r) {
      for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] = input.value(r * weights.size() + i);
      check(s, weights, names[r]);
      if (HasFatalFailure()) return;
    }
  }
}

// The largest magnitude decides an fp scale: every pattern of a half type, next to minus half of
// it.
TEST(KernelsQuantize, EveryHalfAsLargestMagnitude) {
  for (const DType dtype : {DType::kF16, DType::kBF16}) {
    std::vector<float> weights;
    for (unsigned u = 0; u < 32768; ++u) {
      const auto h = static_cast<std::uint16_t>(u);
      const float x = dtype == DType::kF16 ? f16_to_f32(h) : bf16_to_f32(h);
      weights.resize(weights.size() + 32);
      if (!std::isfinite(x)) continue;
      weights[weights.size() - 32] = x;
      weights[weights.size() - 15] = round_to(dtype, x * -0.5f);
    }
    for (const Mode mode : {Mode::kMxfp4, Mode::kMxfp8, Mode::kNvfp4}) {
      for (const Profile profile : {Profile::kCpu, Profile::kMetal}) {
        check({Scheme::make(mode, {}, {}).value(), profile, ScaleRule::kMlx, dtype}, weights,
              "all");
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(KernelsQuantize, ErrorFiguresMeanWhatTheySay) {
  const Scheme scheme = Scheme::make(Mode::kNvfp4, {}, {}).value();
  std::vector<float> weights(48, 0.0f);
  weights[0] = 5;                                            // scale e4m3(5/6) = 0.8125, 4.875
  for (std::size_t i = 16; i < 32; ++i) weights[i] = 1e-4f;  // scale 0: this group is lost
  const QuantCase s{scheme, Profile::kCpu, ScaleRule::kMlx, DType::kF32};
  for (const KernelTable* table : supported_tables()) {
    const QuantError error = quantize_with(*table, s, weights).error;
    EXPECT_EQ(error.groups, 3);
    EXPECT_EQ(error.zeroed_groups, 1);
    EXPECT_NEAR(error.signal, 25 + 16e-8, 1e-9);
    EXPECT_NEAR(error.noise, 0.125 * 0.125 + 16e-8, 1e-9);
    EXPECT_NEAR(error.sqnr_db(), 10 * std::log10(25 / 0.015625), 1e-3);
  }
  EXPECT_TRUE(std::isinf(QuantError{}.sqnr_db()));
  EXPECT_EQ((QuantError{2, 2, 1, 1}.sqnr_db()), 0);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(sqnr_db(0, 1), 0) << "no signal";
  EXPECT_EQ(sqnr_db(1, kInfinity), 0);
  EXPECT_EQ(sqnr_db(kInfinity, kInfinity), 0);
}

}  // namespace
}  // namespace decibit::testing
