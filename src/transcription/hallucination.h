// SPDX-License-Identifier: Apache-2.0
// Text that was probably made up in a silence, told by its words: improbable, very short or very
// long (openai-whisper, transcribe.py: hallucination_silence_threshold).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decibit/transcribe.h"
#include "transcription/window_segments.h"

namespace decibit::transcription {

/// Whether the first words of the segment are mostly odd; not without words.
bool looks_made_up(const TranscribedSegment& segment);

struct HallucinationCheck {
  Window window;
  double threshold = 0;     // seconds of silence
  double last_speech = 0;   // end, before this window
  std::int64_t frames = 0;  // of the recording
};

/// When the window begins with silence before a made-up segment: the frame to listen again from.
std::optional<std::int64_t> silence_before_first(const HallucinationCheck& check,
                                                 std::span<const TranscribedSegment> segments);

/// Removes the first made-up segment that stands between silences, and all after it, and returns
/// the frame to go on from; nothing when there is none.
std::optional<std::int64_t> remove_made_up(const HallucinationCheck& check,
                                           std::vector<TranscribedSegment>& segments);

}  // namespace decibit::transcription
