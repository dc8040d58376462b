// SPDX-License-Identifier: Apache-2.0
// Words of a window's segments, and what OpenAI's does about words that are too long: attention
// rests on the last word before a pause and on the first one after it (openai-whisper, timing.py:
// add_word_timestamps).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "decibit/transcribe.h"
#include "transcription/window_segments.h"
#include "transcription/word_alignment.h"

namespace decibit::transcription {

struct WordTimeOptions {
  std::string_view prepended, appended;  // marks
  double last_speech = 0;                // when the last word of earlier windows ended
};

/// `words` are those of all text tokens of the segments of one window. Segments get theirs, and
/// their start and end.
void add_word_times(std::vector<AlignedWord> words, const whisper::Tokenizer& tokenizer,
                    const WordTimeOptions& options, std::span<TranscribedSegment> segments);

/// When the last word ends, or the last segment if there are no words.
std::optional<double> end_of_speech(std::span<const TranscribedSegment> segments);

}  // namespace decibit::transcription
