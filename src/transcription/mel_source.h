// SPDX-License-Identifier: Apache-2.0
// The log-mel spectrogram of a whole recording, window by window.
#pragma once

#include <cstdint>

#include "core/result.h"
#include "nn/rows.h"

namespace decibit {

class MelSource {
 public:
  virtual ~MelSource() = default;
  virtual std::int64_t frames() const = 0;  // content frames, 10 ms each
  virtual Status read(std::int64_t first, std::int64_t count, Rows out) = 0;  // [count, mels]
};

}  // namespace decibit
