// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/harmonic_source.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "models/styletts2/random.h"
#include "nn/split.h"

namespace decibit::styletts2 {
namespace {

constexpr double kSampleRate = 24000;
constexpr float kSineAmplitude = 0.1f;
constexpr float kVoicedHz = 10;
constexpr float kVoicedNoise = 0.003f, kUnvoicedNoise = kSineAmplitude / 3;
constexpr std::int64_t kBlock = 1200;  // samples that one task makes

double fraction(double x) { return x - std::floor(x); }

}  // namespace

HarmonicSource HarmonicSource::bind(WeightBinder& binder, const std::string& path) {
  HarmonicSource source;
  source.weights_ = binder.vector(path + ".l_linear.weight", kHarmonics);
  source.bias_ = binder.vector(path + ".l_linear.bias", 1);
  return source;
}

void HarmonicSource::forward(const Context& context, std::span<const float> f0,
                             std::int64_t samples_per_value, const SourceNoise& noise,
                             std::optional<ConstRows> each_noise, std::span<float> source) const {
  const Workspace::Frame frame(context.workspace);
  const auto values = static_cast<std::int64_t>(f0.size());
  const auto samples = static_cast<std::int64_t>(source.size());

  // Cycles of each harmonic up to and with value i, [values, kHarmonics].
  const std::span<double> cycles = context.workspace.array<double>(values * kHarmonics);
  for (std::int64_t k = 0; k < kHarmonics; ++k) {
    double sum = 0;
    for (std::int64_t i = 0; i < values; ++i) {
      sum += fraction(double{f0[static_cast<std::size_t>(i)]} * static_cast<double>(k + 1) /
                      kSampleRate);
      cycles[static_cast<std::size_t>(i * kHarmonics + k)] = sum;
    }
  }
  double squares = 0;
  for (const float w : weights_) squares += double{w} * w;
  const auto mixed_noise = static_cast<float>(std::sqrt(squares)) * noise.scale;
  const auto per_value = static_cast<double>(samples_per_value);

  for_parts(context, samples, kBlock, [&](std::int64_t first, std::int64_t last) {
    std::array<float, kBlock * kHarmonics> angles;  // [kHarmonics][kBlock]
    const auto count = static_cast<std::size_t>(last - first);
    for (std::int64_t t = first; t < last; ++t) {
      const double place = std::max((static_cast<double>(t) + 0.5) / per_value - 0.5, 0.0);
      const auto i = static_cast<std::int64_t>(place);
      const double w = place - static_cast<double>(i);
      const double* const a = &cycles[static_cast<std::size_t>(i * kHarmonics)];
      const double* const b =
          &cycles[static_cast<std::size_t>(std::min(i + 1, values - 1) * kHarmonics)];
      for (std::int64_t k = 0; k < kHarmonics; ++k)
        angles[static_cast<std::size_t>(k * kBlock + t - first)] = static_cast<float>(
            2 * std::numbers::pi * fraction(per_value * ((1 - w) * a[k] + w * b[k])));
    }
    for (std::size_t k = 0; k < kHarmonics; ++k)
      context.kernels.pointwise->apply(isa::Function::kSin, &angles[k * kBlock], count,
                                       &angles[k * kBlock]);
    for (std::int64_t t = first; t < last; ++t) {
      const bool voiced = f0[static_cast<std::size_t>(t / samples_per_value)] > kVoicedHz;
      const float amplitude = voiced ? kVoicedNoise : kUnvoicedNoise;
      float sum = bias_[0];
      for (std::size_t k = 0; k < kHarmonics; ++k) {
        float value =
            voiced ? kSineAmplitude * angles[k * kBlock + static_cast<std::size_t>(t - first)]
                   : 0.0f;
        if (each_noise) value += amplitude * each_noise->row(t)[k];
        sum += weights_[k] * value;
      }
      if (!each_noise && mixed_noise != 0)
        sum += amplitude * mixed_noise *
               normal(noise.seed, noise.chunk, static_cast<std::uint64_t>(t));
      source[static_cast<std::size_t>(t)] = sum;
    }
    float* const block = &source[static_cast<std::size_t>(first)];
    context.kernels.pointwise->apply(isa::Function::kTanh, block, count, block);
  });
}

}  // namespace decibit::styletts2
