// SPDX-License-Identifier: Apache-2.0
// Mel filter banks: triangles on Slaney's mel scale (linear up to 1 kHz, logarithmic above), each
// of unit area, as librosa.filters.mel builds them by default.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace decibit {

/// Computed in double, weights rounded to float once.
class MelBank {
 public:
  struct Config {
    double sample_rate_hz;
    std::size_t n_fft;
    std::size_t mels;
    double low_hz = 0, high_hz;
  };
  explicit MelBank(const Config& config);

  std::size_t mels() const { return filters_.size(); }
  std::size_t bins() const { return bins_; }
  /// out[m] = sum_k weight[m, k] * spectrum[k], in double, rounded once. `spectrum` has bins()
  /// values (powers or magnitudes).
  void apply(std::span<const double> spectrum, std::span<float> out) const;
  float weight(std::size_t mel, std::size_t bin) const;

 private:
  struct Filter {
    std::size_t first_bin;
    std::vector<float> weights;  // zero outside these
  };
  std::size_t bins_;
  std::vector<Filter> filters_;
};

}  // namespace decibit
