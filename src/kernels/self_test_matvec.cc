// SPDX-License-Identifier: Apache-2.0
// Three rows of every kind of weights against the reference, for one and four rows of x: every
// unpacking, pairs of rows and single ones, and rows whose end fills no block.
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/self_test.h"

namespace decibit {
namespace {

using isa::Element;
using isa::Input;
using isa::WeightKind;

constexpr std::int64_t kRows = 3, kInputs = 4;

struct Case {
  const char* name;
  WeightKind kind;
  int bits, group_shift;
  Element scale;
  std::int64_t k;
  float largest;  // |weight|, roughly: what tolerances are relative to
};
constexpr Case kCases[] = {{"f32", WeightKind::kF32, 32, 0, Element::kF32, 101, 2},
                           {"f16", WeightKind::kF16, 16, 0, Element::kF32, 101, 2},
                           {"bf16", WeightKind::kBF16, 16, 0, Element::kF32, 101, 2},
                           {"1:32", WeightKind::kAffine, 1, 5, Element::kF32, 96, 4},
                           {"2:32", WeightKind::kAffine, 2, 5, Element::kF16, 96, 8},
                           {"3:32", WeightKind::kAffine, 3, 5, Element::kBF16, 96, 16},
                           {"4:32", WeightKind::kAffine, 4, 5, Element::kBF16, 96, 32},
                           {"4:64", WeightKind::kAffine, 4, 6, Element::kF16, 192, 32},
                           {"5:64", WeightKind::kAffine, 5, 6, Element::kF32, 64, 64},
                           {"6:32", WeightKind::kAffine, 6, 5, Element::kF16, 96, 128},
                           {"8:128", WeightKind::kAffine, 8, 7, Element::kBF16, 128, 512},
                           {"mxfp4", WeightKind::kMxfp4, 4, 5, Element::kF32, 96, 24},
                           {"mxfp8", WeightKind::kMxfp8, 8, 5, Element::kF32, 96, 1800},
                           {"nvfp4", WeightKind::kNvfp4, 4, 4, Element::kF32, 112, 12}};

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

std::vector<float> product(const isa::Matvec& matvec, const isa::Weights& w, Input input,
                           const std::vector<float>& x, std::int64_t m) {
  std::vector<std::uint8_t> storage(matvec.input_bytes(w, input, m) + 64);
  const auto address = reinterpret_cast<std::uintptr_t>(storage.data());
  std::uint8_t* prepared = storage.data() + (64 - address % 64) % 64;
  std::vector<float> y(static_cast<std::size_t>(m * kRows));
  matvec.prepare(w, input, x.data(), w.k, m, prepared);
  matvec.multiply({&w, prepared, m, nullptr, y.data(), kRows, 0, kRows, false}, input);
  return y;
}

bool agrees(const isa::Matvec& matvec, const Case& c, Input input) {
  const std::int64_t groups = c.group_shift == 0 ? 0 : c.k >> c.group_shift;
  const std::int64_t scale_bytes = c.kind != WeightKind::kAffine ? 1
                                   : c.scale == Element::kF32    ? 4
                                                                 : 2;
  const std::vector<std::uint8_t> data = numbers(kRows * c.k * c.bits / 8, 1);
  std::vector<std::uint8_t> scales = numbers(kRows * groups * scale_bytes, 2);
  const std::vector<std::uint8_t> biases = numbers(kRows * groups * scale_bytes, 3);
  for (std::uint8_t& scale : scales) {
    if (c.kind == WeightKind::kNvfp4) scale = 0x38 | (scale & 0x87);
    if (c.kind == WeightKind::kMxfp4 || c.kind == WeightKind::kMxfp8) scale = 126 + scale % 4;
  }
  const isa::Weights w = {c.kind,        c.bits,        c.group_shift,       c.scale,
                          kRows,         c.k,           data.data(),         c.k * c.bits / 8,
                          scales.data(), biases.data(), groups * scale_bytes};
  if (!matvec.supports(w, input)) return true;
  std::vector<float> x;
  std::uint32_t state = 4;
  for (std::int64_t i = 0; i < kInputs * c.k; ++i)
    x.push_back(static_cast<float>(next(state)) * 0x1p-23f - 1);

  const std::vector<float> want = product(isa::kReferenceMatvec, w, input, x, kInputs);
  const float tolerance = 2e-6f * static_cast<float>(c.k) * c.largest;
  for (const std::int64_t m : {std::int64_t{1}, kInputs}) {
    const std::vector<float> got = product(matvec, w, input, x, m);
    for (std::size_t i = 0; i < got.size(); ++i)
      if (!(std::fabs(got[i] - want[i]) <= tolerance)) return false;
  }
  return true;
}

}  // namespace

std::string self_test(const isa::Matvec& matvec) {
  const char* const inputs[] = {"f32", "int16", "int8"};
  for (const Case& c : kCases)
    for (const Input input : {Input::kF32, Input::kI16, Input::kI8})
      if (!agrees(matvec, c, input))
        return std::string(c.name) + " times " + inputs[static_cast<int>(input)];
  return {};
}

}  // namespace decibit
