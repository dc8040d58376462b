// SPDX-License-Identifier: Apache-2.0
// Samples that no sound has.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/result.h"

namespace decibit {

/// kBadInput with the place of the first sample that is not finite, or beyond a million times full
/// scale, whose powers would not be finite. `samples` begin at frame `first_frame` of the sound and
/// are interleaved.
Status check_samples(std::span<const float> samples, int channels, std::uint64_t first_frame,
                     int sample_rate_hz, std::string_view name);

}  // namespace decibit
