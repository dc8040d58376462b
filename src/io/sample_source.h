// SPDX-License-Identifier: Apache-2.0
// One channel of sound that can be read again from its beginning.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "core/result.h"

namespace decibit {

class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// Fills the front of `out`, all of it unless the sound ends, and says how many; 0 is the end.
  /// All samples are finite.
  virtual Result<std::size_t> read(std::span<float> out) = 0;
  /// Back to the first sample.
  virtual Status rewind() = 0;
  /// Asked when all was read. True if the next reading will give other samples, because the whole
  /// told how to mix its channels; every later reading is the same as that one.
  virtual bool revise() { return false; }
  /// What messages call it.
  virtual const std::string& name() const = 0;
};

/// Samples that somebody else keeps. kBadInput from read() for one that is not finite.
std::unique_ptr<SampleSource> samples_in_memory(std::span<const float> samples, int sample_rate_hz);

}  // namespace decibit
