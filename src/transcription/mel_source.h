// SPDX-License-Identifier: Apache-2.0
// Where the seek loop gets its windows from: the log-mel frames of a whole recording, 10 ms each.
#pragma once

#include <cstdint>

#include "decibit/result.h"
#include "nn/rows.h"

namespace decibit::transcription {

class MelSource {
 public:
  virtual ~MelSource() = default;

  /// Frames of the recording, without the silence that Whisper adds behind it.
  virtual std::int64_t frames() const = 0;

  /// out [count, mels]: the frames from `first` on; first + count <= frames(). Mostly called with
  /// growing `first`, windows may overlap.
  virtual Status read(std::int64_t first, std::int64_t count, Rows out) = 0;
};

}  // namespace decibit::transcription
