// SPDX-License-Identifier: Apache-2.0
// The samples of a sound file as they are in it: its own rate, all of its channels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/result.h"

namespace decibit {

class AudioDecoder {
 public:
  virtual ~AudioDecoder() = default;
  virtual int sample_rate_hz() const = 0;
  virtual int channels() const = 0;
  /// Interleaved samples, full scale 1, of as many whole frames as `out` has room for; returns the
  /// number of frames, fewer at the end only. A damaged file ends where its damage begins.
  virtual Result<std::size_t> read(std::span<float> out) = 0;
  /// Back to the first sample; the same ones will be read.
  virtual Status rewind() = 0;
  /// After the end was read: what is missing of the file, for people.
  virtual std::optional<std::string> loss() const = 0;
};

}  // namespace decibit
