// SPDX-License-Identifier: Apache-2.0
// How far two sounds of equal length are apart in their log-mel spectra.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dsp/mel.h"
#include "dsp/stft.h"

namespace decibit {

/// Differences of 20 log10 of 80 mel bands (magnitudes; Hann windows of 1024 samples every 256),
/// where nothing is lower than 100 dB below the loudest band of `base`. They are of the active
/// frames of `base`: those whose loudest band is within 40 dB of the loudest of all.
class LogMelDistance {
 public:
  explicit LogMelDistance(double sample_rate_hz);

  struct Sum {
    double absolute_db = 0;  // over all bands of all active frames
    std::int64_t values = 0;
  };
  /// Added up over several sounds, absolute_db / values is the distance in dB. Equal lengths.
  Sum between(std::span<const float> base, std::span<const float> other) const;

 private:
  /// [frames, mels], magnitudes.
  std::vector<float> spectrogram(std::span<const float> audio) const;

  Stft stft_;
  MelBank bank_;
};

}  // namespace decibit
