// SPDX-License-Identifier: Apache-2.0
// Every kind of weights, a strided convolution over the ends of x, and every prologue against the
// reference.
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/self_test.h"

namespace decibit {
namespace {

using isa::Element;
using isa::GemmJob;
using isa::Prologue;
using isa::WeightKind;

constexpr std::int64_t kFeatures = 5, kChannels = 64, kRows = 9, kOutRows = 5;
constexpr int kTaps = 2;

struct Case {
  const char* name;
  WeightKind kind;
  int bits, group_shift;
  Element scale;
  float largest;  // |weight|, roughly: what tolerances are relative to
};
constexpr Case kCases[] = {{"f32", WeightKind::kF32, 32, 0, Element::kF32, 2},
                           {"f16", WeightKind::kF16, 16, 0, Element::kF32, 2},
                           {"bf16", WeightKind::kBF16, 16, 0, Element::kF32, 2},
                           {"1:32", WeightKind::kAffine, 1, 5, Element::kF32, 4},
                           {"2:32", WeightKind::kAffine, 2, 5, Element::kF16, 8},
                           {"3:32", WeightKind::kAffine, 3, 5, Element::kBF16, 16},
                           {"4:64", WeightKind::kAffine, 4, 6, Element::kF16, 32},
                           {"5:64", WeightKind::kAffine, 5, 6, Element::kF32, 64},
                           {"6:32", WeightKind::kAffine, 6, 5, Element::kF16, 128},
                           {"8:64", WeightKind::kAffine, 8, 6, Element::kBF16, 512},
                           {"mxfp4", WeightKind::kMxfp4, 4, 5, Element::kF32, 24},
                           {"mxfp8", WeightKind::kMxfp8, 8, 5, Element::kF32, 1800},
                           {"nvfp4", WeightKind::kNvfp4, 4, 4, Element::kF32, 12}};

std::uint32_t next(std::uint32_t& state) {
  state = state * 1664525u + 1013904223u;  // Numerical Recipes' generator
  return state >> 8;
}

/// Codes of any kind, and numbers below 2 in F32, F16 and BF16 alike: the second byte of a pair is
/// a sign and the exponent of a number about one.
std::vector<std::uint8_t> numbers(std::int64_t size, std::uint32_t state) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto random = static_cast<std::uint8_t>(next(state));
    bytes[i] = i % 2 == 0 ? random & 0xBF : static_cast<std::uint8_t>(0x3C | (random & 0x83));
  }
  return bytes;
}

std::vector<float> floats(std::int64_t size, std::uint32_t state) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < size; ++i)
    values.push_back(static_cast<float>(next(state)) * 0x1p-23f - 1);
  return values;
}

std::vector<float> run(const isa::Gemm& gemm, GemmJob job) {
  std::vector<float> y(static_cast<std::size_t>(kOutRows * kFeatures), 0.5f);
  std::vector<std::uint8_t> storage(gemm.scratch_bytes(job) + 64);
  const auto address = reinterpret_cast<std::uintptr_t>(storage.data());
  job.scratch = storage.data() + (64 - address % 64) % 64;
  job.y = y.data();
  gemm.multiply(job);
  return y;
}

bool agrees(const isa::Gemm& gemm, const Case& c, const Prologue& prologue) {
  constexpr std::int64_t k = kTaps * kChannels;
  const std::int64_t groups = c.group_shift == 0 ? 0 : k >> c.group_shift;
  const std::int64_t scale_bytes = c.kind != WeightKind::kAffine ? 1
                                   : c.scale == Element::kF32    ? 4
                                                                 : 2;
  const auto data = numbers(kFeatures * k * c.bits / 8, 1);
  auto scales = numbers(kFeatures * groups * scale_bytes, 2);
  const auto biases = numbers(kFeatures * groups * scale_bytes, 3);
  for (std::uint8_t& scale : scales) {
    if (c.kind == WeightKind::kNvfp4) scale = 0x38 | (scale & 0x87);
    if (c.kind == WeightKind::kMxfp4 || c.kind == WeightKind::kMxfp8) scale = 126 + scale % 4;
  }
  const isa::Weights w = {
      c.kind,      c.bits,         c.group_shift, c.scale,       kFeatures,           k,
      data.data(), k * c.bits / 8, scales.data(), biases.data(), groups * scale_bytes};
  const auto x = floats(kRows * kChannels, 4), bias = floats(kFeatures, 5);
  const std::int32_t tap_row[kTaps] = {-2, 1}, tap_index[kTaps] = {1, 0};
  GemmJob job = {};
  job.w = &w;
  job.channels = kChannels;
  job.taps = kTaps;
  job.tap_row = tap_row;
  job.tap_index = tap_index;
  job.stride = 2;
  job.x = x.data();
  job.x_stride = kChannels;
  job.x_rows = kRows;
  job.prologue = prologue;
  job.bias = bias.data();
  job.y_stride = kFeatures;
  job.add = true;
  job.t1 = kOutRows;
  job.n1 = kFeatures;
  const auto got = run(gemm, job), want = run(isa::kReferenceGemm, job);
  const float tolerance = 2e-6f * static_cast<float>(k) * c.largest;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::fabs(got[i] - want[i]) <= tolerance)) return false;
  return true;
}

}  // namespace

std::string self_test(const isa::Gemm& gemm) {
  for (const Case& c : kCases)
    if (!agrees(gemm, c, {})) return c.name;
  const auto scale = floats(kChannels, 6), shift = floats(kChannels, 7);
  std::vector<float> alpha, inverse;
  for (const float s : scale) {
    alpha.push_back(s + 1.5f);
    inverse.push_back(1 / alpha.back());
  }
  for (const auto kind :
       {Prologue::Kind::kNone, Prologue::Kind::kLeakyRelu, Prologue::Kind::kSnake}) {
    const Prologue prologue = {kind, scale.data(), shift.data(),
                               0.2f, alpha.data(), inverse.data()};
    if (!agrees(gemm, kCases[0], prologue))
      return "prologue " + std::to_string(static_cast<int>(kind));
  }
  return {};
}

}  // namespace decibit
