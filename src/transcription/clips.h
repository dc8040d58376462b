// SPDX-License-Identifier: Apache-2.0
// The parts of a recording that are transcribed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.h"

namespace decibit::transcription {

inline constexpr std::int64_t kFramesPerSecond = 100;

/// Frames [begin, end).
struct Clip {
  std::int64_t begin = 0, end = 0;
};

/// `seconds`: start, end, start, end, ...; a missing last end is that of the recording, as is one
/// behind it. kUsage for times that fall, are negative or not finite, and for a start at or behind
/// the end of the recording (0 excepted).
Result<std::vector<Clip>> clips(std::span<const double> seconds, std::int64_t frames);

}  // namespace decibit::transcription
