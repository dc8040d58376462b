// SPDX-License-Identifier: Apache-2.0
#include "dsp/mel.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace decibit {
namespace {

// Slaney's Auditory Toolbox: 200/3 Hz a mel up to 1 kHz (15 mel), then 27 mel for a factor of 6.4.
constexpr double kHzPerMel = 200.0 / 3, kBreakHz = 1000, kBreakMel = kBreakHz / kHzPerMel;
const double kLogStep = std::log(6.4) / 27;

double mel_from_hz(double hz) {
  return hz < kBreakHz ? hz / kHzPerMel : kBreakMel + std::log(hz / kBreakHz) / kLogStep;
}
double hz_from_mel(double mel) {
  return mel < kBreakMel ? mel * kHzPerMel : kBreakHz * std::exp(kLogStep * (mel - kBreakMel));
}

}  // namespace

MelBank::MelBank(const Config& config) : bins_(config.n_fft / 2 + 1) {
  DECIBIT_CHECK(config.mels >= 1 && config.n_fft >= 1 && config.high_hz > config.low_hz);
  const double low = mel_from_hz(config.low_hz);
  const double step = (mel_from_hz(config.high_hz) - low) / static_cast<double>(config.mels + 1);
  const auto edge = [&](std::size_t i) { return hz_from_mel(low + step * static_cast<double>(i)); };
  for (std::size_t m = 0; m < config.mels; ++m) {
    const double left = edge(m), peak = edge(m + 1), right = edge(m + 2);
    Filter filter{0, {}};
    for (std::size_t k = 0; k < bins_; ++k) {
      const double hz =
          static_cast<double>(k) * config.sample_rate_hz / static_cast<double>(config.n_fft);
      const double height = std::min((hz - left) / (peak - left), (right - hz) / (right - peak));
      if (height <= 0) continue;
      if (filter.weights.empty()) filter.first_bin = k;
      filter.weights.push_back(static_cast<float>(height * 2 / (right - left)));
    }
    filters_.push_back(std::move(filter));
  }
}

void MelBank::apply(std::span<const double> spectrum, std::span<float> out) const {
  DECIBIT_CHECK(spectrum.size() == bins_ && out.size() == filters_.size());
  for (std::size_t m = 0; m < filters_.size(); ++m) {
    const Filter& filter = filters_[m];
    double sum = 0;
    for (std::size_t i = 0; i < filter.weights.size(); ++i)
      sum += double{filter.weights[i]} * spectrum[filter.first_bin + i];
    out[m] = static_cast<float>(sum);
  }
}

float MelBank::weight(std::size_t mel, std::size_t bin) const {
  const Filter& filter = filters_[mel];
  if (bin < filter.first_bin || bin >= filter.first_bin + filter.weights.size()) return 0;
  return filter.weights[bin - filter.first_bin];
}

}  // namespace decibit
