// SPDX-License-Identifier: Apache-2.0
// Every quantize and decode case that mlx 0.32.4 produced: equal bits, any NaN equal to any NaN.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "quant/element.h"
#include "quant/golden_formats.h"
#include "quant/quantize.h"

namespace decibit::testing {
namespace {

struct Buffers {
  std::vector<std::byte> codes, scales, biases;

  Buffers(const Scheme& scheme, DType dtype, std::int64_t k)
      : codes(static_cast<std::size_t>(4 * scheme.words_per_row(k))),
        scales(static_cast<std::size_t>(scheme.groups_per_row(k) *
                                        size_bytes(scheme.scale_dtype(dtype)))),
        biases(scheme.has_biases() ? scales.size() : 0) {}
  QuantizedRow row() {
    return {codes.data(), scales.data(), biases.empty() ? nullptr : biases.data()};
  }
};

std::vector<float> row_values(const GoldenTensor& tensor, std::size_t row) {
  std::vector<float> values(static_cast<std::size_t>(tensor.k()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = tensor.value(row * values.size() + i);
  return values;
}

// The one documented exception: an mx scale below 2^-127 is byte 0 here and garbage upstream.
bool wraps_upstream(const Scheme& scheme, DType dtype, std::span<const float> group) {
  if (scheme.mode() != Mode::kMxfp4 && scheme.mode() != Mode::kMxfp8) return false;
  float amax = 0;
  for (const float w : group) amax = std::max(amax, std::fabs(w));
  const float d = round_to(dtype, amax / (scheme.bits() == 4 ? 6.0f : 448.0f));
  return d != 0 && d <= std::ldexp(1.0f, -128);
}

void expect_same_bytes(std::span<const std::byte> got, const std::byte* want, DType dtype,
                       const std::string& where) {
  if (dtype == DType::kU8) {
    for (std::size_t i = 0; i < got.size(); ++i)
      ASSERT_EQ(static_cast<int>(got[i]), static_cast<int>(want[i])) << where << " byte " << i;
    return;
  }
  const std::size_t n = got.size() / static_cast<std::size_t>(size_bytes(dtype));
  for (std::size_t i = 0; i < n; ++i) {
    const float g = load_element(dtype, got.data(), i), w = load_element(dtype, want, i);
    ASSERT_TRUE(same_float(g, w)) << where << " [" << i << "] is " << g << ", want " << w;
  }
}

struct GoldenParts {
  const GoldenTensor& codes;
  const GoldenTensor& scales;
  const GoldenTensor* biases;

  explicit GoldenParts(const GoldenCase& c)
      : codes(golden_tensor(c.file, c.id + ".wq")),
        scales(golden_tensor(c.file, c.id + ".scales")),
        biases(c.scheme.has_biases() ? &golden_tensor(c.file, c.id + ".biases") : nullptr) {}
};

void check_quantized_row(const GoldenCase& c, const GoldenParts& golden, std::size_t r,
                         std::span<const float> weights, const std::string& where,
                         std::size_t& exceptions) {
  Buffers got(c.scheme, c.dtype, static_cast<std::int64_t>(weights.size()));
  quantize_row(c.scheme, Profile::kCpu, c.dtype, weights, got.row());
  const auto group = static_cast<std::size_t>(c.scheme.group_size());
  const std::size_t groups = weights.size() / group;
  const std::size_t code_bytes = got.codes.size() / groups;
  const std::size_t scale_bytes = got.scales.size() / groups;
  for (std::size_t g = 0; g < groups; ++g) {
    const std::string at = fmt::format("{} group {}", where, g);
    const std::size_t scale_at = r * got.scales.size() + g * scale_bytes;
    if (wraps_upstream(c.scheme, c.dtype, weights.subspan(g * group, group))) {
      EXPECT_EQ(got.scales[g], std::byte{0}) << at;
      EXPECT_NE(where.find("subnormal"), std::string::npos) << at;
      ++exceptions;
      continue;
    }
    const DType scale_dtype = c.scheme.scale_dtype(c.dtype);
    expect_same_bytes(std::span(got.codes).subspan(g * code_bytes, code_bytes),
                      golden.codes.bytes.data() + r * got.codes.size() + g * code_bytes, DType::kU8,
                      at + " codes");
    expect_same_bytes(std::span(got.scales).subspan(g * scale_bytes, scale_bytes),
                      golden.scales.bytes.data() + scale_at, scale_dtype, at + " scale");
    if (golden.biases != nullptr)
      expect_same_bytes(std::span(got.biases).subspan(g * scale_bytes, scale_bytes),
                        golden.biases->bytes.data() + scale_at, scale_dtype, at + " bias");
  }
}

void check_dequantized(const GoldenCase& c, const GoldenParts& golden, DType dtype,
                       const GoldenTensor& want) {
  const std::size_t rows = want.rows();
  std::vector<float> got(static_cast<std::size_t>(want.k()));
  for (std::size_t r = 0; r < rows; ++r) {
    const auto part = [&](const GoldenTensor& t) {
      return t.bytes.data() + r * t.bytes.size() / rows;
    };
    dequantize_row(c.scheme, dtype,
                   {part(golden.codes), part(golden.scales),
                    golden.biases != nullptr ? part(*golden.biases) : nullptr},
                   got);
    for (std::size_t i = 0; i < got.size(); ++i)
      ASSERT_TRUE(same_float(got[i], want.value(r * got.size() + i)))
          << c.id << " row " << r << " [" << i << "] as " << name(dtype) << " is " << got[i]
          << ", want " << want.value(r * got.size() + i);
  }
}

TEST(QuantGolden, QuantizeGivesTheBitsOfMlx) {
  const auto cases = golden_cases("quantize");
  ASSERT_EQ(cases.size(), 178u);
  std::size_t exceptions = 0;
  for (const GoldenCase& c : cases) {
    const GoldenTensor& input = golden_tensor("inputs.safetensors", c.input);
    const auto names = golden_row_names(c.input);
    const GoldenParts golden(c);
    for (std::size_t r = 0; r < input.rows(); ++r)
      check_quantized_row(c, golden, r, row_values(input, r),
                          fmt::format("{} row {} ({})", c.id, r, names.empty() ? "" : names[r]),
                          exceptions);
  }
  EXPECT_GT(exceptions, 0u) << "the golden data hold groups below the smallest mx scale";
}

TEST(QuantGolden, DequantizeGivesTheBitsOfMlx) {
  for (const GoldenCase& c : golden_cases("quantize")) {
    const GoldenParts golden(c);
    for (const std::string& output : c.outputs) {
      if (output.rfind("deq", 0) != 0) continue;
      const DType dtype = output == "deq" ? c.dtype : golden_dtype(output.substr(4));
      check_dequantized(c, golden, dtype, golden_tensor(c.file, c.id + "." + output));
    }
  }
}

TEST(QuantGolden, DecodeOfRandomWordsGivesTheBitsOfMlx) {
  const auto cases = golden_cases("decode");
  ASSERT_EQ(cases.size(), 63u);
  for (const GoldenCase& c : cases)
    check_dequantized(c, GoldenParts(c), c.dtype, golden_tensor(c.file, c.id + ".deq"));
}

}  // namespace
}  // namespace decibit::testing
