// SPDX-License-Identifier: Apache-2.0
// Laws that hold for all weights: packing loses nothing, the error of a weight is bounded by its
// step, grids survive unchanged, and f16 scales are the ones stored.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "quant/element.h"
#include "quant/packing.h"
#include "quant/quantize.h"

namespace decibit {
namespace {

constexpr DType kFloatTypes[] = {DType::kF32, DType::kF16, DType::kBF16};

struct Quantized {
  std::vector<std::byte> codes, scales, biases;

  Quantized(const Scheme& scheme, std::size_t k)
      : codes(k * static_cast<std::size_t>(scheme.bits()) / 8),
        scales(4 * k / static_cast<std::size_t>(scheme.group_size())),
        biases(scales.size()) {}
  QuantizedRow row(const Scheme& scheme) {
    return {codes.data(), scales.data(), scheme.has_biases() ? biases.data() : nullptr};
  }
  std::vector<float> values(const Scheme& scheme, DType dtype, std::size_t k) const {
    std::vector<float> out(k);
    dequantize_row(scheme, dtype, {codes.data(), scales.data(), biases.data()}, out);
    return out;
  }
};

std::vector<float> normal_weights(DType dtype, std::size_t k, unsigned seed, float sigma) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.01f, sigma);
  std::vector<float> weights(k);
  for (float& w : weights) w = round_to(dtype, normal(random));
  return weights;
}

TEST(QuantLaws, UnpackInvertsPackForAllWidths) {
  std::mt19937 random(1);
  for (const int bits : {1, 2, 3, 4, 5, 6, 8}) {
    std::vector<std::uint8_t> codes(256), back(256);
    for (std::uint8_t& c : codes) c = static_cast<std::uint8_t>(random() & ((1u << bits) - 1));
    std::vector<std::byte> packed(256 * static_cast<std::size_t>(bits) / 8);
    pack_codes(codes, bits, packed.data());
    unpack_codes(packed.data(), bits, back);
    EXPECT_EQ(codes, back) << bits << " bits";
  }
}

TEST(QuantLaws, CodeIIsBitsIOfTheStream) {
  for (const int bits : {1, 2, 3, 4, 5, 6, 8}) {
    for (std::size_t i = 0; i < 32; ++i) {
      std::vector<std::uint8_t> codes(32);
      codes[i] = 1;
      std::vector<std::byte> packed(4 * static_cast<std::size_t>(bits));
      pack_codes(codes, bits, packed.data());
      const std::size_t bit = i * static_cast<std::size_t>(bits);
      for (std::size_t b = 0; b < packed.size(); ++b)
        EXPECT_EQ(std::to_integer<int>(packed[b]), b == bit / 8 ? 1 << bit % 8 : 0);
    }
  }
}

// |w - dequantized| <= half a step of the code grid, plus the rounding of the stored scale (one ulp
// of T on up to 2^bits - 1 steps), of the product and of the sum (one ulp of T each). One end of
// the range may lie up to half a step beyond the last code, since the scale is bent to hit zero:
// then the clamp adds as much again.
TEST(QuantLaws, AffineErrorIsAtMostAStep) {
  for (const Scheme& scheme : all_schemes()) {
    if (!scheme.has_biases()) continue;
    for (const DType dtype : kFloatTypes) {
      const double ulp = dtype == DType::kF32 ? 0x1p-23 : dtype == DType::kF16 ? 0x1p-10 : 0x1p-7;
      const auto weights = normal_weights(dtype, 4096, 7, 0.02f);
      Quantized q(scheme, weights.size());
      quantize_row(scheme, Profile::kCpu, dtype, weights, q.row(scheme));
      const auto got = q.values(scheme, dtype, weights.size());
      const auto group = static_cast<std::size_t>(scheme.group_size());
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const double step = std::fabs(load_element(dtype, q.scales.data(), i / group));
        const double range = step * ((1 << scheme.bits()) - 1);
        ASSERT_LE(std::fabs(weights[i] - got[i]), step + 3 * ulp * range)
            << to_string(scheme) << " " << name(dtype) << " [" << i << "]";
      }
    }
  }
}

// mx: the scale is at most twice amax/M, so an element is off by at most half the widest gap of its
// grid: 1 of 6 (e2m1), 16 of 448 (e4m3) in units of the scale.
TEST(QuantLaws, MxErrorIsHalfAGap) {
  for (const Mode mode : {Mode::kMxfp4, Mode::kMxfp8}) {
    const Scheme scheme = Scheme::make(mode, {}, {}).value();
    const double half_gap = mode == Mode::kMxfp4 ? 1 : 16;
    for (const Profile profile : {Profile::kCpu, Profile::kMetal, Profile::kCuda}) {
      const auto weights = normal_weights(DType::kF32, 4096, 8, 0.02f);
      Quantized q(scheme, weights.size());
      quantize_row(scheme, profile, DType::kF32, weights, q.row(scheme));
      const auto got = q.values(scheme, DType::kF32, weights.size());
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const double scale = std::ldexp(1.0, std::to_integer<int>(q.scales[i / 32]) - 127);
        ASSERT_LE(std::fabs(weights[i] - got[i]), half_gap * scale) << to_string(scheme) << i;
      }
    }
  }
}

// What fp formats decode to is their own fixed point, as long as the largest element stays at the
// top of its binade (6 or 448 times the scale is in the group).
TEST(QuantLaws, MxGridsAreFixedPoints) {
  for (const Mode mode : {Mode::kMxfp4, Mode::kMxfp8}) {
    const Scheme scheme = Scheme::make(mode, {}, {}).value();
    std::vector<std::byte> codes(static_cast<std::size_t>(4 * scheme.bits()));
    for (std::size_t i = 0; i < codes.size(); ++i)
      codes[i] = static_cast<std::byte>(mode == Mode::kMxfp4 ? 0x97 - static_cast<int>(i % 7)
                                                             : 0x7E - static_cast<int>(i));
    for (int byte = 1; byte < 240; ++byte) {
      const std::byte scale{static_cast<unsigned char>(byte)};
      std::vector<float> values(32);
      dequantize_row(scheme, DType::kF32, {codes.data(), &scale, nullptr}, values);
      Quantized q(scheme, 32);
      quantize_row(scheme, Profile::kCpu, DType::kF32, values, q.row(scheme));
      EXPECT_EQ(q.codes, codes) << byte;
      EXPECT_EQ(q.scales[0], scale);
    }
  }
}

// Weights that are small integers times a power of two lie on an affine grid and come back exactly.
TEST(QuantLaws, AffineGridsSurvive) {
  for (const int bits : {2, 3, 4, 5, 6, 8}) {
    const Scheme scheme = Scheme::make(Mode::kAffine, bits, 64).value();
    const int low = -(1 << (bits - 1)), levels = 1 << bits;
    std::vector<float> weights(256);
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] = std::ldexp(static_cast<float>(low + static_cast<int>(i * 37) % levels), -9);
    for (std::size_t g = 0; g < weights.size(); g += 64) {  // both ends in each group
      weights[g] = std::ldexp(static_cast<float>(low), -9);
      weights[g + 1] = std::ldexp(static_cast<float>(low + levels - 1), -9);
    }
    for (const DType dtype : kFloatTypes) {
      Quantized q(scheme, weights.size());
      quantize_row(scheme, Profile::kCpu, dtype, weights, q.row(scheme));
      EXPECT_EQ(q.values(scheme, dtype, weights.size()), weights) << bits << name(dtype);
    }
  }
}

// The point of f16-first: a code is the nearest one to the weight for the scale and bias in the
// file.
TEST(QuantLaws, F16ScalesChooseTheNearestCodeOfWhatIsStored) {
  for (const Scheme& scheme : all_schemes()) {
    if (!scheme.has_biases()) continue;
    const auto weights = normal_weights(DType::kF32, 2048, 9, 0.03f);
    Quantized q(scheme, weights.size());
    quantize_row_f16_scales(scheme, weights, q.row(scheme));
    std::vector<std::uint8_t> codes(weights.size());
    unpack_codes(q.codes.data(), scheme.bits(), codes);
    const auto group = static_cast<std::size_t>(scheme.group_size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double s = load_element(DType::kF16, q.scales.data(), i / group);
      const double b = load_element(DType::kF16, q.biases.data(), i / group);
      const auto error = [&](int code) { return std::fabs(weights[i] - (s * code + b)); };
      const double slack = 1e-6 * std::fabs(s);  // the float division
      for (const int other : {codes[i] - 1, codes[i] + 1}) {
        if (other < 0 || other >= 1 << scheme.bits()) continue;
        ASSERT_LE(error(codes[i]), error(other) + slack) << to_string(scheme) << " [" << i << "]";
      }
    }
  }
}

TEST(QuantLaws, F16ScalesStayFinite) {
  for (const float huge : {7e4f, 1e10f, 3e38f}) {
    for (const bool constant : {true, false}) {
      for (const Scheme& scheme : all_schemes()) {
        if (!scheme.has_biases()) continue;
        std::vector<float> weights(128, huge);
        if (!constant)
          for (std::size_t i = 0; i < 128; i += 2) weights[i] = -huge;
        Quantized q(scheme, weights.size());
        quantize_row_f16_scales(scheme, weights, q.row(scheme));
        for (std::size_t g = 0; g < 128 / static_cast<std::size_t>(scheme.group_size()); ++g) {
          EXPECT_TRUE(std::isfinite(load_element(DType::kF16, q.scales.data(), g)));
          EXPECT_TRUE(std::isfinite(load_element(DType::kF16, q.biases.data(), g)));
        }
      }
    }
  }
}

TEST(QuantLaws, ZerosStayZero) {
  for (const Scheme& scheme : all_schemes()) {
    for (const DType dtype : kFloatTypes) {
      const std::vector<float> weights(128, 0.0f);
      for (const Profile profile : {Profile::kCpu, Profile::kMetal, Profile::kCuda}) {
        Quantized q(scheme, weights.size());
        quantize_row(scheme, profile, dtype, weights, q.row(scheme));
        for (const float w : q.values(scheme, dtype, weights.size())) ASSERT_EQ(w, 0.0f);
      }
    }
  }
}

}  // namespace
}  // namespace decibit
