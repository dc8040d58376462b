// SPDX-License-Identifier: Apache-2.0
// The short-time Fourier transform and its inverse by overlap-add, as torch.stft and torch.istft
// define them with center=True: frame f is centred on sample f * hop, and the signal is mirrored at
// its ends (reflect: the end sample is not repeated).
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/fft.h"

namespace decibit {

/// A plan: window and hop. Its window is as long as its transform. Calls are const, allocate
/// nothing and may run at once, each with a scratch of its own.
class Stft {
 public:
  using Complex = std::complex<double>;

  /// window.size() is the transform's size; hop >= 1.
  Stft(std::vector<double> window, std::int64_t hop);

  std::int64_t hop() const { return hop_; }
  std::size_t bins() const { return fft_.bins(); }
  std::size_t scratch_size() const { return fft_.scratch_size() + fft_.bins() + fft_.size(); }

  /// 1 + samples / hop.
  std::int64_t frames(std::int64_t samples) const { return 1 + samples / hop_; }
  /// The spectrum of frame `frame`, bins() values. The signal is mirrored as often as it takes; an
  /// empty one counts as silence.
  void forward(std::span<const float> signal, std::int64_t frame, std::span<Complex> spectrum,
               std::span<Complex> scratch) const;

  /// Samples of a signal whose frames these are: (frames - 1) * hop.
  std::int64_t samples(std::int64_t frames) const { return (frames - 1) * hop_; }
  /// Samples [first, first + out.size()) of the signal with these spectra: windowed frames added
  /// up, over the sum of the squared windows there. `frame(f, spectrum)` fills bins() values and is
  /// called for the frames that reach these samples only, in ascending order: disjoint ranges may
  /// be computed at once.
  template <class Frame>
  void inverse(std::int64_t frames, std::int64_t first, std::span<float> out, Frame&& frame,
               std::span<Complex> scratch, std::span<double> sums) const {
    const auto n = static_cast<std::int64_t>(fft_.size());
    const auto end = first + static_cast<std::int64_t>(out.size());
    start(sums, out.size());
    for (std::int64_t f = first_frame(first); f < frames && f * hop_ - n / 2 < end; ++f) {
      const std::span<Complex> spectrum = scratch.first(bins());
      frame(f, spectrum);
      add(f, first, end, sums, scratch);
    }
    finish(sums, out);
  }
  /// Doubles that inverse() needs for `samples` samples.
  static std::size_t sums_size(std::size_t samples) { return 2 * samples; }

 private:
  std::int64_t first_frame(std::int64_t sample) const;
  static void start(std::span<double> sums, std::size_t samples);
  void add(std::int64_t frame, std::int64_t first, std::int64_t end, std::span<double> sums,
           std::span<Complex> scratch) const;
  static void finish(std::span<const double> sums, std::span<float> out);

  std::vector<double> window_;
  std::int64_t hop_;
  RealFft fft_;
};

}  // namespace decibit
