// SPDX-License-Identifier: Apache-2.0
// A recording as overlapping frames: sample i of frame f is sample 160 f + i - 200. What lies
// before the recording is its mirror image (the first sample is not repeated), what lies behind is
// zero.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/sample_source.h"

namespace decibit::transcription {

class FramedSamples {
 public:
  static constexpr std::int64_t kFrame = 400, kHop = 160;

  /// `source` is at its first sample, and outlives this.
  explicit FramedSamples(SampleSource& source) : source_(source) {}

  /// Back to frame 0.
  Status rewind();
  /// The samples of the next `count` frames, 160 count + 240, valid until the next call.
  Result<std::span<const float>> next(std::int64_t count);
  /// The number of the next frame.
  std::int64_t frame() const { return frame_; }
  /// Whether nothing but zeros follows.
  bool silent() const;
  /// Of the recording, as far as it was read.
  std::int64_t samples() const { return samples_; }

 private:
  Status read(std::span<float> out);
  Status read_beginning();

  SampleSource& source_;
  std::vector<float> buffer_;  // what next() gave last begins it
  std::int64_t frame_ = 0;
  std::int64_t given_ = 0;  // frames of the last next()
  std::int64_t samples_ = 0;
  bool ended_ = false;
};

}  // namespace decibit::transcription
