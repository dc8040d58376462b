// SPDX-License-Identifier: Apache-2.0
// Where each token looks, cleaned up for time warping (openai-whisper, timing.py:
// find_alignment): weights over the positions that hold sound, relative to what the head's other
// tokens do there, smoothed in time, averaged over the heads.
#pragma once

#include <cstdint>
#include <vector>

#include "models/whisper/window.h"

namespace decibit::transcription {

/// [alignment.tokens, positions], row by row; positions > 0 of alignment.positions hold sound.
std::vector<float> attention_map(const whisper::Alignment& alignment, std::int64_t positions);

}  // namespace decibit::transcription
