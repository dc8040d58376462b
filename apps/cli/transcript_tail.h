// SPDX-License-Identifier: Apache-2.0
// Whether there is sound where a transcript has stopped: a network that gives up in the middle of a
// file leaves no other trace.
#pragma once

#include <cstdint>
#include <vector>

#include "core/result.h"
#include "transcription/mel_source.h"

namespace decibit::cli {

/// Frames of another source, and how loud the loudest of them was.
class WatchedMel : public transcription::MelSource {
 public:
  WatchedMel(transcription::MelSource& source, std::int64_t mels) : source_(source), mels_(mels) {}

  std::int64_t frames() const override { return source_.frames(); }
  Status read(std::int64_t first, std::int64_t count, Rows out) override;

  /// Seconds of [first, end) that are at most 40 dB below the loudest frame read so far.
  Result<double> loud_seconds(std::int64_t first, std::int64_t end);

 private:
  transcription::MelSource& source_;
  std::int64_t mels_;
  bool any_ = false;
  float loudest_ = 0;
};

}  // namespace decibit::cli
