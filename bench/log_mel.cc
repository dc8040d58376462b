// SPDX-License-Identifier: Apache-2.0
#include "log_mel.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "dsp/window.h"

namespace decibit {
namespace {

constexpr std::size_t kWindow = 1024, kMels = 80;
constexpr std::int64_t kHop = 256;
constexpr double kFloor = 1e-5;   // -100 dB
constexpr double kActive = 1e-2;  // -40 dB

float largest(std::span<const float> values) { return *std::ranges::max_element(values); }

}  // namespace

LogMelDistance::LogMelDistance(double sample_rate_hz)
    : stft_(periodic_hann(kWindow), kHop),
      bank_({.sample_rate_hz = sample_rate_hz,
             .n_fft = kWindow,
             .mels = kMels,
             .high_hz = sample_rate_hz / 2}) {}

std::vector<float> LogMelDistance::spectrogram(std::span<const float> audio) const {
  const std::int64_t frames = stft_.frames(static_cast<std::int64_t>(audio.size()));
  std::vector<Stft::Complex> spectrum(stft_.bins()), scratch(stft_.scratch_size());
  std::vector<double> magnitudes(stft_.bins());
  std::vector<float> mels(static_cast<std::size_t>(frames) * kMels);
  for (std::int64_t f = 0; f < frames; ++f) {
    stft_.forward(audio, f, spectrum, scratch);
    std::ranges::transform(spectrum, magnitudes.begin(), [](auto x) { return std::abs(x); });
    bank_.apply(magnitudes, std::span(mels).subspan(static_cast<std::size_t>(f) * kMels, kMels));
  }
  return mels;
}

LogMelDistance::Sum LogMelDistance::between(std::span<const float> base,
                                            std::span<const float> other) const {
  DECIBIT_CHECK(base.size() == other.size());
  const std::vector<float> a = spectrogram(base), b = spectrogram(other);
  const double loudest = largest(a);
  const auto decibels = [&](float mel) {
    return 20 * std::log10(std::max(double{mel}, loudest * kFloor));
  };
  Sum sum;
  for (std::size_t frame = 0; frame < a.size(); frame += kMels) {
    if (largest(std::span(a).subspan(frame, kMels)) < loudest * kActive) continue;
    for (std::size_t i = frame; i < frame + kMels; ++i)
      sum.absolute_db += std::abs(decibels(a[i]) - decibels(b[i]));
    sum.values += static_cast<std::int64_t>(kMels);
  }
  return sum;
}

}  // namespace decibit
