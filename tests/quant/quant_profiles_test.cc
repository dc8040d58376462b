// SPDX-License-Identifier: Apache-2.0
// Vectors small enough to work out by hand. The first set is mlx 0.32.4's own on a CPU; the rest is
// derived, one comment each, from the Metal kernels (fp4.h, fp8.h, fp_quantized.h, quantized.h of
// mlx 0.32.4) and from what CUDA does differently, since neither runs here.
#include <gtest/gtest.h>

#include <cstring>

#include "quant/element.h"
#include "quant/quantize.h"

namespace decibit {
namespace {

struct Group {
  std::vector<std::uint32_t> words;
  std::vector<std::byte> scales, biases;

  float scale(DType dtype = DType::kF32) const { return load_element(dtype, scales.data(), 0); }
  float bias(DType dtype = DType::kF32) const { return load_element(dtype, biases.data(), 0); }
  int scale_byte(std::size_t group = 0) const { return std::to_integer<int>(scales[group]); }
};

// Quantizes one row; missing weights up to `k` are zeros.
Group quantize(Mode mode, int bits, Profile profile, std::vector<float> weights, std::size_t k,
               DType dtype = DType::kF32) {
  weights.resize(k, 0.0f);
  const Scheme scheme = Scheme::make(mode, bits, mode == Mode::kNvfp4 ? 16 : 32).value();
  Group g{std::vector<std::uint32_t>(k * static_cast<std::size_t>(bits) / 32),
          std::vector<std::byte>(64), std::vector<std::byte>(64)};
  std::vector<std::byte> codes(4 * g.words.size());
  quantize_row(scheme, profile, dtype, weights, {codes.data(), g.scales.data(), g.biases.data()});
  std::memcpy(g.words.data(), codes.data(), codes.size());
  return g;
}

using Words = std::vector<std::uint32_t>;

// ---- mlx 0.32.4 on a CPU

std::vector<float> ramp_of_squares() {
  std::vector<float> w;
  for (int i = 0; i < 32; ++i) w.push_back(static_cast<float>((7 * i * i + 3 * i) % 23 - 9) / 8);
  return w;
}

TEST(QuantProfiles, AffineVectorsOfMlxOnCpu) {
  struct Row {
    int bits;
    float scale;
    Words words;
  };
  const Row rows[] = {
      {2, -0x1.ap-1f, {0xae921aeb, 0x86baf28f}},
      {3, -0x1.ap-2f, {0x8b2acce7, 0x48378f4a, 0x65599cf8}},
      {4, -0x1.71c71cp-3f, {0x23b9d88f, 0x88d9b327, 0xfc0aa0cf, 0x723b9d88}},
      {5, -0x1.71c71cp-4f, {0xed2d3e3e, 0x2b1c8e21, 0x833e8bf5, 0xf1f64139, 0x710f6969}},
      {6,
       -0x1.67c8a6p-5f,
       {0xa5d9f8bf, 0xe25c24eb, 0x89fda5b8, 0x28a00cff, 0x67e2ff30, 0x7093ae97}},
      {8,
       -0x1.60a2c2p-7f,
       {0xdd808bff, 0x233aba97, 0xba3a2374, 0x8b80dd97, 0xa300d1ff, 0xffd100a3, 0x97dd808b,
        0x74233aba}},
  };
  for (const Row& row : rows) {
    const Group g = quantize(Mode::kAffine, row.bits, Profile::kCpu, ramp_of_squares(), 32);
    EXPECT_EQ(g.words, row.words) << row.bits;
    EXPECT_EQ(g.scale(), row.scale) << row.bits;
    EXPECT_EQ(g.bias(), 1.625f) << row.bits;
    const Group b =
        quantize(Mode::kAffine, row.bits, Profile::kCpu, ramp_of_squares(), 32, DType::kBF16);
    EXPECT_EQ(b.words, row.words) << row.bits;
    EXPECT_EQ(b.scale(DType::kBF16), round_to(DType::kBF16, row.scale)) << row.bits;
  }
}

TEST(QuantProfiles, FpVectorsOfMlxOnCpu) {
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    const auto w = ramp_of_squares();
    const Group mxfp4 = quantize(Mode::kMxfp4, 4, Profile::kCpu, w, 32, dtype);
    EXPECT_EQ(mxfp4.words, (Words{0x4490b10c, 0x01b09441, 0xca5005ac, 0x14490b10}));
    EXPECT_EQ(mxfp4.scale_byte(), 0x7e);
    const Group mxfp8 = quantize(Mode::kMxfp8, 8, Profile::kCpu, w, 32, dtype);
    EXPECT_EQ(mxfp8.words, (Words{0xf46860f9, 0x7a78ec00, 0xec787a6c, 0x6068f400, 0xe07df2f9,
                                  0xf9f27de0, 0x00f46860, 0x6c7a78ec}));
    EXPECT_EQ(mxfp8.scale_byte(), 0x77);
    const Group nvfp4 = quantize(Mode::kNvfp4, 4, Profile::kCpu, w, 32, dtype);
    EXPECT_EQ(nvfp4.words, (Words{0x76c0e21f, 0x12e0c674, 0xec7997ce, 0x366b0d21}));
    EXPECT_EQ(nvfp4.scale_byte(0), 0x25);
    EXPECT_EQ(nvfp4.scale_byte(1), 0x29);
  }
}

// ---- affine, derived by hand

std::vector<float> negative_ramp() {  // -1, -1 - 1/32, ..., -1.96875
  std::vector<float> w;
  for (int i = 0; i < 32; ++i) w.push_back(-1 - static_cast<float>(i) / 32);
  return w;
}

// cpu is mlx's own vector. metal: hi = 0, s = 1.96875/15 = 0.13125, edge = lo, q0 = -15, and
// code = round((31 - i)/32 / 0.13125) = round((31 - i)/4.2): from 7.38 down to 0, no ties.
TEST(QuantProfiles, GpuMaximumStartsAtZero) {
  const Group cpu = quantize(Mode::kAffine, 4, Profile::kCpu, negative_ramp(), 32);
  EXPECT_EQ(cpu.words, (Words{0xbccddeef, 0x8899aaab, 0x44556677, 0x00112233}));
  EXPECT_EQ(cpu.scale(), 0x1.0cccccp-4f);
  EXPECT_EQ(cpu.bias(), -1.96875f);
  for (const Profile gpu : {Profile::kMetal, Profile::kCuda}) {
    const Group g = quantize(Mode::kAffine, 4, gpu, negative_ramp(), 32);
    EXPECT_EQ(g.words, (Words{0x66667777, 0x44455555, 0x22233334, 0x00011112}));
    EXPECT_EQ(g.scale(), 1.96875f / 15);
    EXPECT_EQ(g.bias(), -1.96875f);
  }
}

// lo = -8, hi = 7: s = 15/15 = 1, edge = -8, q0 = -8, code = round(w + 8). The weights -7.5, -6.5,
// -5.5, 6.5 are the ties 0.5, 1.5, 2.5, 14.5: to even 0 2 2 14, away from zero 1 2 3 15.
TEST(QuantProfiles, GpuCodesRoundHalvesAwayFromZero) {
  const std::vector<float> w = {-8, 7, -7.5f, -6.5f, -5.5f, 6.5f};
  EXPECT_EQ(quantize(Mode::kAffine, 4, Profile::kCpu, w, 32).words,
            (Words{0x88e220f0, 0x88888888, 0x88888888, 0x88888888}));
  for (const Profile gpu : {Profile::kMetal, Profile::kCuda})
    EXPECT_EQ(quantize(Mode::kAffine, 4, gpu, w, 32).words,
              (Words{0x88f321f0, 0x88888888, 0x88888888, 0x88888888}));
}

// 2 bits, hi = 5, lo = -1: s = -2, edge = 5, edge/s = -2.5. To even q0 = -2, s = -2.5: weight -1
// has
// (-1 - 5)/-2.5 = 2.4 -> 2 and weight 0 has 2. Away q0 = -3, s = -5/3: 3.6 -> 4, clamped to 3,
// and 3.
TEST(QuantProfiles, GpuZeroCodeRoundsHalvesAwayFromZero) {
  const Group cpu = quantize(Mode::kAffine, 2, Profile::kCpu, {5, -1}, 32);
  EXPECT_EQ(cpu.words, (Words{0xaaaaaaa8, 0xaaaaaaaa}));
  EXPECT_EQ(cpu.scale(), -2.5f);
  for (const Profile gpu : {Profile::kMetal, Profile::kCuda}) {
    const Group g = quantize(Mode::kAffine, 2, gpu, {5, -1}, 32);
    EXPECT_EQ(g.words, (Words{0xfffffffc, 0xffffffff}));
    EXPECT_EQ(g.scale(), 5.0f / -3);
  }
}

// One bit, weights -3 and -1: the step is hi - lo, so 2 with the true maximum and 3 from zero.
TEST(QuantProfiles, GpuOneBitAlsoStartsAtZero) {
  std::vector<float> w(32, -1.0f);
  w[0] = -3;
  const Group cpu = quantize(Mode::kAffine, 1, Profile::kCpu, w, 32);
  EXPECT_EQ(cpu.words, Words{0xfffffffe});
  EXPECT_EQ(cpu.scale(), 2.0f);
  const Group metal = quantize(Mode::kAffine, 1, Profile::kMetal, w, 32);
  EXPECT_EQ(metal.words, Words{0xfffffffe});  // (-1 + 3)/3 = 0.67
  EXPECT_EQ(metal.scale(), 3.0f);
  EXPECT_EQ(metal.bias(), -3.0f);
}

// ---- fp modes, derived by hand

// amax = 6, so the scale is 1 (byte 127) and the weights are the ties of e2m1. To the smaller
// magnitude: .25->0 .75->.5 1.25->1 1.75->1.5 2.5->2 3.5->3 5->4; to even: 0 1 1 2 2 4 4. What
// rounds to zero from below is code 0 on cpu and 8 (-0) on the GPUs; so is -0 itself.
TEST(QuantProfiles, GpuFp4TiesToEvenAndKeepsMinusZero) {
  const std::vector<float> w = {6, .25f,  .75f,  1.25f, 1.75f, 2.5f, 3.5f,
                                5, -.25f, -0.0f, -.1f,  -.75f, -6};
  const Group cpu = quantize(Mode::kMxfp4, 4, Profile::kCpu, w, 32);
  EXPECT_EQ(cpu.words, (Words{0x65432107, 0x000f9000, 0, 0}));
  EXPECT_EQ(cpu.scale_byte(), 127);
  for (const Profile gpu : {Profile::kMetal, Profile::kCuda}) {
    const Group g = quantize(Mode::kMxfp4, 4, gpu, w, 32);
    EXPECT_EQ(g.words, (Words{0x66442207, 0x000fa888, 0, 0}));
    EXPECT_EQ(g.scale_byte(), 127);
  }
}

// A zero group: log2 of 0 counts as 0 on cpu, scale 2^0; on the GPUs it clamps to the lowest byte.
TEST(QuantProfiles, ZeroMxGroups) {
  for (const Mode mode : {Mode::kMxfp4, Mode::kMxfp8}) {
    const int bits = mode == Mode::kMxfp4 ? 4 : 8;
    EXPECT_EQ(quantize(mode, bits, Profile::kCpu, {0, -0.0f}, 32).scale_byte(), 127);
    for (const Profile gpu : {Profile::kMetal, Profile::kCuda}) {
      const Group g = quantize(mode, bits, gpu, {0, -0.0f}, 32);
      EXPECT_EQ(g.scale_byte(), 0);
      EXPECT_EQ(g.words[0], bits == 4 ? 0x00000080u : 0x00008000u);
    }
  }
}

// Scales round up: amax = 6.5 gives 6.5/6 > 1, so 2 (byte 128), and 6.5/2 = 3.25 -> 3 (code 5).
TEST(QuantProfiles, MxScalesRoundUpEverywhere) {
  for (const Profile p : {Profile::kCpu, Profile::kMetal, Profile::kCuda}) {
    const Group g = quantize(Mode::kMxfp4, 4, p, {6.5f}, 32);
    EXPECT_EQ(g.scale_byte(), 128);
    EXPECT_EQ(g.words[0], 5u);
  }
}

// amax = 448, scale 1. 1 is 0x38; 17 lies between 16 (0x58, even) and 18, 19 between 18 and 20
// (0x5a, even); -0 keeps its sign on every back end.
TEST(QuantProfiles, Mxfp8RoundsToEvenEverywhere) {
  for (const Profile p : {Profile::kCpu, Profile::kMetal, Profile::kCuda}) {
    const Group g = quantize(Mode::kMxfp8, 8, p, {448, 1, -0.0f, 17, 19}, 32);
    EXPECT_EQ(g.scale_byte(), 127);
    EXPECT_EQ(g.words[0], 0x5880387eu);
    EXPECT_EQ(g.words[1], 0x0000005au);
  }
}

// amax = 11.25, scale 1.875 = e4m3 0x3f. 9.375/1.875 is exactly 5, a tie. The GPUs multiply by
// f32(1/1.875) = 8947849 * 2^-24 (2^24/1.875 = 8947848.53): 9.375 * 8947849 = 83886084.375, where 5
// is 83886080 and floats are 8 apart, so the product rounds to the float above 5: code 7. In the
// same way 4.6875/1.875 = 2.5 becomes the float above 2.5: code 5. cpu: ties down, codes 6 and 4.
TEST(QuantProfiles, GpuNvfp4MultipliesByTheReciprocal) {
  const std::vector<float> w = {11.25f, 9.375f, 4.6875f, -9.375f};
  const Group cpu = quantize(Mode::kNvfp4, 4, Profile::kCpu, w, 16);
  EXPECT_EQ(cpu.words, (Words{0x0000e467, 0}));
  EXPECT_EQ(cpu.scale_byte(), 0x3f);
  for (const Profile gpu : {Profile::kMetal, Profile::kCuda}) {
    const Group g = quantize(Mode::kNvfp4, 4, gpu, w, 16);
    EXPECT_EQ(g.words, (Words{0x0000f577, 0}));
    EXPECT_EQ(g.scale_byte(), 0x3f);
  }
}

// amax/6 = 0.00017 is below 2^-10, half of the smallest scale: byte 0. cpu: w/0 is infinite or NaN,
// code 0. metal: the inverse is 0, so only signs are left. cuda: the inverse is infinite;
// infinities saturate to 7 and 15, and 0 * inf is NaN, which converts to 7.
TEST(QuantProfiles, Nvfp4GroupsBelowTheSmallestScale) {
  const std::vector<float> w = {0.001f, -0.001f, 0, -0.0f};
  const auto words = [&](Profile p) { return quantize(Mode::kNvfp4, 4, p, w, 16).words; };
  EXPECT_EQ(words(Profile::kCpu), (Words{0, 0}));
  EXPECT_EQ(words(Profile::kMetal), (Words{0x00008080, 0}));
  EXPECT_EQ(words(Profile::kCuda), (Words{0x777777f7, 0x77777777}));
}

// amax = 2^-24, the smallest f16: amax/6 rounds to 0 in f16, so on cpu the group counts as zero.
// The GPUs divide in float: 2^-24/6 = 2^-26.58, scale 2^-26 (byte 101), and 2^-24/2^-26 = 4 is
// code 6.
TEST(QuantProfiles, GpuMxScaleIsNotRoundedToTheWeightType) {
  const Group cpu = quantize(Mode::kMxfp4, 4, Profile::kCpu, {0x1p-24f}, 32, DType::kF16);
  EXPECT_EQ(cpu.scale_byte(), 127);
  EXPECT_EQ(cpu.words[0], 0u);
  for (const Profile gpu : {Profile::kMetal, Profile::kCuda}) {
    const Group g = quantize(Mode::kMxfp4, 4, gpu, {0x1p-24f}, 32, DType::kF16);
    EXPECT_EQ(g.scale_byte(), 101);
    EXPECT_EQ(g.words[0], 6u);
  }
}

}  // namespace
}  // namespace decibit
