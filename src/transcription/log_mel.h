// SPDX-License-Identifier: Apache-2.0
// OpenAI's log-mel spectrogram of a recording of any length, which is read twice: x and 30 s of
// zeros, mirrored at its start; P = |rfft400(hann x)|^2 every 160 samples; M = bank P;
//   L = log10(max(M, 1e-10)), mel = (max(L, max(L) - 8) + 4) / 4
// with one maximum over all of it. Create finds that maximum; read() computes again what it is
// asked for, and keeps the last 30 s.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/reporter.h"
#include "core/thread_pool.h"
#include "io/sample_source.h"
#include "transcription/framed_samples.h"
#include "transcription/mel_powers.h"
#include "transcription/mel_source.h"

namespace decibit::transcription {

class LogMel : public MelSource {
 public:
  static constexpr std::int64_t kPaddingFrames = 3000;  // 30 s of silence behind the content

  /// Reads all of `source`, of 16 kHz. kBadInput when it has no samples; the errors of reading;
  /// kInterrupted when the reporter asks to stop, which read() gives too. Pool (may be null) and
  /// reporter outlive it.
  static Result<std::unique_ptr<LogMel>> create(std::unique_ptr<SampleSource> source,
                                                std::int64_t mels, ThreadPool* pool,
                                                const Reporter& reporter);

  std::int64_t samples() const { return samples_; }
  /// Whole hops of the recording: samples() / 160.
  std::int64_t frames() const override { return samples_ / FramedSamples::kHop; }
  /// Up to frame frames() + kPaddingFrames: behind the content stand the frames of the silence, as
  /// OpenAI detects a language by them. (Its decoding pads a window with zeros instead, which is
  /// the caller's affair.) Reading more than 30 s back begins at the start of the recording again.
  Status read(std::int64_t first, std::int64_t count, Rows out) override;

 private:
  LogMel(std::unique_ptr<SampleSource> source, std::int64_t mels, ThreadPool* pool,
         const Reporter& reporter);
  Status find_peak();
  Status go_to(std::int64_t frame);
  Status append(std::int64_t count);
  Status ask_to_stop() const;
  float* kept_row(std::int64_t frame);

  std::unique_ptr<SampleSource> source_;
  FramedSamples framed_;
  MelPowers powers_;
  const Reporter& reporter_;
  std::int64_t samples_ = 0;
  float floor_ = 0;           // max(L) - 8
  std::vector<float> block_;  // powers of a few frames
  std::vector<float> kept_;   // a ring: mel of frames [first_kept_, framed_.frame())
  std::int64_t first_kept_ = 0;
};

}  // namespace decibit::transcription
