// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include "kernels/reference/reference.h"
#include "kernels/self_test.h"

namespace decibit {
namespace {

using isa::Function;
using isa::Pointwise;

constexpr std::int64_t kRows = 2, kN = 37;  // two whole vectors of any table and a rest
using Values = std::array<float, kRows * kN>;

Values sample(float scale, float offset) {
  Values x;
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = scale * static_cast<float>(static_cast<int>(i * 29 % 64) - 32) / 16 + offset;
  return x;
}

bool close(const Values& got, const Values& want) {
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::abs(got[i] - want[i]) <= 4e-6f * std::max(1.0f, std::abs(want[i])))) return false;
  return true;
}

}  // namespace

std::string self_test(const Pointwise& pointwise) {
  const Values x = sample(1, 0), y = sample(0.5f, 0.1f), positive = sample(0.25f, 1.5f);
  Values got{}, want{};
  const auto agree = [&](auto call) {
    call(pointwise, got.data());
    call(isa::kReferencePointwise, want.data());
    return close(got, want);
  };
  for (int f = 0; f <= static_cast<int>(Function::kRelu); ++f)
    if (!agree([&](const Pointwise& p, float* out) {
          p.apply(static_cast<Function>(f), x.data(), x.size(), out);
        }))
      return "function " + std::to_string(f);
  const bool arrays = agree([&](const Pointwise& p, float* out) {
    p.leaky_relu(0.2f, x.data(), x.size(), out);
    p.add(out, y.data(), x.size(), out);
    p.add_scaled(out, 0.7f, y.data(), x.size(), out);
    p.multiply(out, y.data(), x.size(), out);
    p.scale(1.1f, out, x.size(), out);
  });
  if (!arrays) return "sums and products";
  const bool channels = agree([&](const Pointwise& p, float* out) {
    p.snake(x.data(), kN, kRows, kN, y.data(), x.data(), positive.data(), y.data(), out, kN);
    p.affine(out, kN, kRows, kN, y.data(), positive.data(), out, kN);
  });
  if (!channels) return "snake";
  const bool norms = agree([&](const Pointwise& p, float* out) {
    p.layer_norm(x.data(), kN, kRows, kN, y.data(), x.data(), 1e-5f, out, kN);
    p.rms_norm(out, kN, kRows, kN, positive.data(), 1e-5f, out, kN);
  });
  if (!norms) return "norms";
  if (!agree([&](const Pointwise& p, float* out) { p.softmax(x.data(), kN, kRows, kN, out, kN); }))
    return "softmax";
  if (!agree(
          [&](const Pointwise& p, float* out) { p.log_softmax(x.data(), kN, kRows, kN, out, kN); }))
    return "log-softmax";
  for (const bool interleaved : {false, true})
    if (!agree([&](const Pointwise& p, float* out) {
          std::copy(x.begin(), x.end(), out);
          p.rope(out, kN, kRows, kN / 2, y.data(), positive.data(), interleaved);
        }))
      return "rotations";
  const bool depthwise = agree([&](const Pointwise& p, float* out) {
    p.depthwise(x.data(), kN, kRows, kN, y.data(), 2, 1, 1, 1, positive.data(), 0, kRows, out, kN);
  });
  if (!depthwise) return "depthwise convolution";
  const bool sums = agree([&](const Pointwise& p, float* out) {
    std::array<double, kN> sum{}, squares{};
    p.channel_sums(x.data(), kN, 0, kRows, kN, sum.data(), squares.data());
    for (std::size_t c = 0; c < kN; ++c) out[c] = static_cast<float>(sum[c] + squares[c]);
  });
  if (!sums) return "sums of channels";
  for (const isa::Element e : {isa::Element::kF16, isa::Element::kBF16})
    if (!agree([&](const Pointwise& p, float* out) {
          std::array<std::uint8_t, 2 * kRows * kN> halves;
          p.narrow(x.data(), x.size(), e, halves.data());
          p.widen(e, halves.data(), x.size(), out);
        }))
      return "half precision";
  return {};
}

}  // namespace decibit
