// SPDX-License-Identifier: Apache-2.0
// Mel powers of frames of 400 samples at 16 kHz: |rfft(hann * frame)|^2 by Slaney's bank from 0 to
// 8 kHz, as OpenAI's Whisper takes them.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "core/thread_pool.h"
#include "dsp/fft.h"
#include "dsp/mel.h"
#include "nn/rows.h"

namespace decibit::transcription {

/// In double, rounded once. compute() allocates nothing.
class MelPowers {
 public:
  /// `pool` may be null; results do not depend on it.
  MelPowers(std::int64_t mels, ThreadPool* pool);

  std::int64_t mels() const { return static_cast<std::int64_t>(bank_.mels()); }
  /// `samples`: of out.count frames as FramedSamples gives them. out [frames, mels].
  void compute(std::span<const float> samples, Rows out);

 private:
  struct Scratch {
    std::vector<double> frame, powers;
    std::vector<RealFft::Complex> spectrum, fft;
  };
  void compute_frame(std::span<const float> samples, std::span<float> out, Scratch& scratch) const;

  std::vector<double> window_;
  RealFft fft_;
  MelBank bank_;
  ThreadPool* pool_;
  std::vector<Scratch> scratches_;  // one for each thread
};

}  // namespace decibit::transcription
