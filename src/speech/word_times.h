// SPDX-License-Identifier: Apache-2.0
// When each word of a chunk is heard.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decibit/speech.h"
#include "speech/reader.h"

namespace decibit::speech {

/// `durations` as SpeechChunk has them. As Kokoro's own pipeline does it: sound begins three frames
/// before the boundary token ends, and of a space each of its neighbours has one half. Times rise
/// and lie inside the chunk.
std::vector<SpokenWord> word_times(const ReadChunk& chunk, std::span<const std::int32_t> durations);

}  // namespace decibit::speech
