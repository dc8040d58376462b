// SPDX-License-Identifier: Apache-2.0
#include "dsp/stft.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace decibit {
namespace {

// Scratch of doubles, from complex numbers: an array of complex<double> is one of doubles.
double* doubles(std::complex<double>* z) { return reinterpret_cast<double*>(z); }

// Where index i of an endlessly mirrored signal lies within it.
std::size_t mirror(std::int64_t i, std::int64_t samples) {
  if (samples == 1) return 0;
  const std::int64_t period = 2 * (samples - 1);
  i %= period;
  if (i < 0) i += period;
  return static_cast<std::size_t>(i < samples ? i : period - i);
}

}  // namespace

Stft::Stft(std::vector<double> window, std::int64_t hop)
    : window_(std::move(window)), hop_(hop), fft_(window_.size()) {
  DECIBIT_CHECK(hop_ >= 1);
}

void Stft::forward(std::span<const float> signal, std::int64_t frame, std::span<Complex> spectrum,
                   std::span<Complex> scratch) const {
  DECIBIT_CHECK(scratch.size() >= scratch_size());
  const auto n = static_cast<std::int64_t>(window_.size());
  const auto samples = static_cast<std::int64_t>(signal.size());
  const std::span<double> x(doubles(scratch.data() + fft_.scratch_size()), window_.size());
  const std::int64_t start = frame * hop_ - n / 2;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    x[at] = samples == 0 ? 0 : window_[at] * double{signal[mirror(start + i, samples)]};
  }
  fft_.forward(x, spectrum, scratch.first(fft_.scratch_size()));
}

// The first frame whose window reaches the sample.
std::int64_t Stft::first_frame(std::int64_t sample) const {
  const auto n = static_cast<std::int64_t>(window_.size());
  const std::int64_t beyond = sample - (n - n / 2);  // the last place of a centre too early
  return beyond < 0 ? 0 : beyond / hop_ + 1;
}

void Stft::start(std::span<double> sums, std::size_t samples) {
  DECIBIT_CHECK(sums.size() >= sums_size(samples));
  std::fill_n(sums.begin(), sums_size(samples), 0.0);
}

void Stft::add(std::int64_t frame, std::int64_t first, std::int64_t end, std::span<double> sums,
               std::span<Complex> scratch) const {
  DECIBIT_CHECK(scratch.size() >= scratch_size());
  const auto n = static_cast<std::int64_t>(window_.size());
  const std::span<double> x(doubles(scratch.data() + bins()), window_.size());
  fft_.inverse(scratch.first(bins()), x, scratch.subspan(bins() + window_.size()));
  const std::int64_t start = frame * hop_ - n / 2;
  for (std::int64_t i = std::max<std::int64_t>(0, first - start); i < n && start + i < end; ++i) {
    const double w = window_[static_cast<std::size_t>(i)];
    const auto at = static_cast<std::size_t>(start + i - first);
    sums[2 * at] += w * x[static_cast<std::size_t>(i)];
    sums[2 * at + 1] += w * w;
  }
}

void Stft::finish(std::span<const double> sums, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = sums[2 * i + 1] > 0 ? static_cast<float>(sums[2 * i] / sums[2 * i + 1]) : 0.0f;
}

}  // namespace decibit
