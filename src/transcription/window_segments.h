// SPDX-License-Identifier: Apache-2.0
// A window's text cut into segments at its timestamps, and how far they say it was heard.
#pragma once

#include <cstdint>
#include <vector>

#include "decibit/transcribe.h"
#include "models/whisper/tokenizer.h"
#include "transcription/window_decoder.h"

namespace decibit::transcription {

/// Mel frames of one position of the encoder, which is one step of a timestamp.
inline constexpr std::int64_t kFramesPerPosition = 2;

/// Frames of 10 ms of the recording.
struct Window {
  std::int64_t first = 0, count = 0;
  double start_seconds() const { return static_cast<double>(first) / 100; }
  double seconds() const { return static_cast<double>(count) / 100; }
};

struct WindowSegments {
  std::vector<TranscribedSegment> segments;
  /// Frames that need not be heard again: all, or up to the last whole segment when the text broke
  /// off within one. 0 when the timestamps say so.
  std::int64_t heard = 0;
  /// The text ends in one timestamp: nobody speaks after it.
  bool silent_end = false;
};

WindowSegments window_segments(const whisper::Tokenizer& tokenizer, const Window& window,
                               const DecodedWindow& decoded);

}  // namespace decibit::transcription
