// SPDX-License-Identifier: Apache-2.0
// Samples of [-1, 1] as 16-bit integers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace decibit {

/// out[i] = 32768 samples[i], rounded to the nearest, ties to even; what lies beyond the type's
/// ends takes the end's value. A NaN gives silence. Both spans have one length.
void to_pcm16(std::span<const float> samples, std::span<std::int16_t> out);

}  // namespace decibit
