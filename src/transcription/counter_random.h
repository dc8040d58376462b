// SPDX-License-Identifier: Apache-2.0
// Chance that depends on where it is asked for, not on what was asked before: a window gives the
// same samples whichever windows were decoded first.
#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>

namespace decibit::transcription {

/// Where a token is drawn.
struct DrawKey {
  std::uint64_t seed = 0;
  std::uint64_t window = 0;       // its first frame
  std::uint64_t temperature = 0;  // bits of it
  std::uint64_t text = 0;
  std::uint64_t position = 0;
};

/// In [0, 1), 53 bits. Each number is stirred in by the finalizer of SplitMix64 (Steele, Lea and
/// Flood, 2014).
inline double uniform(const DrawKey& key) {
  std::uint64_t state = 0;
  for (const std::uint64_t part : {key.seed, key.window, key.temperature, key.text, key.position}) {
    state += part + 0x9E3779B97F4A7C15U;
    state = (state ^ (state >> 30U)) * 0xBF58476D1CE4E5B9U;
    state = (state ^ (state >> 27U)) * 0x94D049BB133111EBU;
    state ^= state >> 31U;
  }
  return static_cast<double>(state >> 11U) * 0x1p-53;
}

}  // namespace decibit::transcription
