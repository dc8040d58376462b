// SPDX-License-Identifier: Apache-2.0
// Another sample rate for a stream of sound, by libsoxr's high-quality linear-phase filter. The
// filter's delay is taken out, memory does not grow with the length.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/result.h"

namespace decibit {

/// n samples in give round(n to_hz / from_hz) out, the same ones however the input is cut.
class Resampler {
 public:
  /// kUsage for rates that libsoxr refuses, kResources without memory.
  static Result<Resampler> create(int from_hz, int to_hz);

  /// Appends to `out` what is ready; that is some milliseconds behind the input.
  Status write(std::span<const float> samples, std::vector<float>& out);
  /// Appends the rest. Nothing may be written afterwards.
  Status finish(std::vector<float>& out);

 private:
  struct Delete {
    void operator()(void* soxr) const;
  };
  Resampler(void* soxr, double ratio) : soxr_(soxr), ratio_(ratio) {}
  Status process(const float* samples, std::size_t count, std::vector<float>& out);

  std::unique_ptr<void, Delete> soxr_;
  double ratio_;
};

}  // namespace decibit
