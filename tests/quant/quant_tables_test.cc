// SPDX-License-Identifier: Apache-2.0
// Exhaustive tables of mlx 0.32.4: every pattern of a half as an element and as a group's maximum,
// every scale byte under every code.
#include <gtest/gtest.h>

#include "core/half.h"
#include "quant/e2m1.h"
#include "quant/e4m3.h"
#include "quant/e8m0.h"
#include "quant/golden_formats.h"
#include "quant/packing.h"
#include "quant/quantize.h"

namespace decibit::testing {
namespace {

const GoldenTensor& table(const std::string& key) {
  return golden_tensor("tables.safetensors", key);
}

constexpr DType kHalfTypes[] = {DType::kBF16, DType::kF16};
constexpr DType kFloatTypes[] = {DType::kF32, DType::kF16, DType::kBF16};

std::string lower(DType dtype) {
  return dtype == DType::kF32 ? "f32" : dtype == DType::kF16 ? "f16" : "bf16";
}

float half(DType dtype, std::size_t pattern) {
  const auto h = static_cast<std::uint16_t>(pattern);
  return dtype == DType::kF16 ? f16_to_f32(h) : bf16_to_f32(h);
}

TEST(QuantTables, E4M3Decode) {
  for (std::size_t code = 0; code < 256; ++code)
    EXPECT_TRUE(same_float(e4m3_decode(static_cast<std::uint8_t>(code)),
                           table("e4m3_decode_f32").value(code)))
        << code;
}

TEST(QuantTables, E4M3EncodeOfEveryHalf) {
  for (const DType dtype : kHalfTypes) {
    const GoldenTensor& want = table("e4m3_encode_all_" + lower(dtype));
    ASSERT_EQ(want.elements(), 65536u);
    for (std::size_t u = 0; u < 65536; ++u)
      ASSERT_EQ(e4m3_encode(half(dtype, u)), want.u8()[u]) << name(dtype) << " pattern " << u;
  }
}

TEST(QuantTables, E4M3EncodeInvertsDecode) {
  for (unsigned code = 0; code < 256; ++code) {
    if ((code & 0x7F) == 0x7F) continue;  // NaN
    EXPECT_EQ(e4m3_encode(e4m3_decode(static_cast<std::uint8_t>(code))), code);
  }
}

// The scale byte when one bit pattern is the largest magnitude of its group.
TEST(QuantTables, ScaleByteByLargestMagnitude) {
  for (const Scheme& scheme : all_schemes()) {
    if (scheme.has_biases()) continue;
    for (const DType dtype : kHalfTypes) {
      const GoldenTensor& want =
          table("scale_byte_by_amax_" + std::string(name(scheme.mode())) + "_" + lower(dtype));
      std::vector<float> group(static_cast<std::size_t>(scheme.group_size()));
      std::byte codes[32], scale;
      for (std::size_t u = 0; u < want.elements(); ++u) {
        group[0] = half(dtype, u);
        quantize_row(scheme, Profile::kCpu, dtype, group, {codes, &scale, nullptr});
        // Upstream wraps below 2^-127; byte 0 is ours (see mx.cc).
        const bool wraps = scheme.group_size() == 32 && group[0] < 1 && want.u8()[u] >= 240;
        ASSERT_EQ(static_cast<int>(scale), wraps ? 0 : want.u8()[u])
            << to_string(scheme) << " " << name(dtype) << " pattern " << u;
      }
    }
  }
}

TEST(QuantTables, E2M1OfEveryElementUpTo6) {
  for (const DType dtype : kHalfTypes) {
    const GoldenTensor& in = table("e2m1_elements_" + lower(dtype) + "_in");
    const GoldenTensor& words = table("e2m1_elements_" + lower(dtype) + "_wq");
    std::vector<std::uint8_t> want(in.elements());
    unpack_codes(words.bytes.data(), 4, want);
    for (std::size_t i = 0; i < want.size(); ++i)
      ASSERT_EQ(e2m1_encode_nearest(half(dtype, in.u16(i))), want[i])
          << name(dtype) << " pattern " << in.u16(i);
  }
}

TEST(QuantTables, Fp4DecodeOfEveryScaleAndCode) {
  std::byte codes[16];
  for (int i = 0; i < 16; ++i)
    codes[i] = static_cast<std::byte>(((2 * i + 1) % 16) << 4 | (2 * i) % 16);
  for (const Mode mode : {Mode::kMxfp4, Mode::kNvfp4}) {
    const Scheme scheme = Scheme::make(mode, {}, {}).value();
    for (const DType dtype : kFloatTypes) {
      const GoldenTensor& want =
          table("decode_" + std::string(name(mode)) + "_scale_by_code_" + lower(dtype));
      std::vector<float> got(static_cast<std::size_t>(scheme.group_size()));
      for (std::size_t byte = 0; byte < 256; ++byte) {
        const std::byte scale{static_cast<unsigned char>(byte)};
        dequantize_row(scheme, dtype, {codes, &scale, nullptr}, got);
        for (std::size_t code = 0; code < 16; ++code)
          ASSERT_TRUE(same_float(got[code], want.value(16 * byte + code)))
              << name(mode) << " " << name(dtype) << " scale " << byte << " code " << code;
      }
    }
  }
}

TEST(QuantTables, Mxfp8DecodeOfEveryCode) {
  const Scheme scheme = Scheme::make(Mode::kMxfp8, {}, {}).value();
  const GoldenTensor& bytes = table("decode_mxfp8_scale_bytes");
  std::vector<std::byte> codes(256);
  for (std::size_t i = 0; i < 256; ++i) codes[i] = static_cast<std::byte>(i);
  for (const DType dtype : kFloatTypes) {
    const GoldenTensor& want = table("decode_mxfp8_scale_by_code_" + lower(dtype));
    std::vector<float> got(256);
    for (std::size_t b = 0; b < bytes.elements(); ++b) {
      const std::vector<std::byte> scales(8, std::byte{bytes.u8()[b]});
      dequantize_row(scheme, dtype, {codes.data(), scales.data(), nullptr}, got);
      for (std::size_t code = 0; code < 256; ++code)
        ASSERT_TRUE(same_float(got[code], want.value(256 * b + code)))
            << name(dtype) << " scale " << static_cast<int>(bytes.u8()[b]) << " code " << code;
    }
  }
}

// e8m0_encode_up is the smallest power of two not below x.
TEST(QuantTables, E8M0RoundsUp) {
  for (int byte = 1; byte < 254; ++byte) {
    const float power = e8m0_decode(static_cast<std::uint8_t>(byte));
    EXPECT_EQ(e8m0_encode_up(power), byte);
    EXPECT_EQ(e8m0_encode_up(std::nextafter(power, 0.0f)), byte);
    EXPECT_EQ(e8m0_encode_up(std::nextafter(power, 1e38f)), byte + 1);
  }
  EXPECT_EQ(e8m0_encode_up(0.0f), 0);
  EXPECT_EQ(e8m0_encode_up(0x1p-149f), 0);
  EXPECT_EQ(e8m0_encode_up(0x1p-127f), 0);
}

}  // namespace
}  // namespace decibit::testing
