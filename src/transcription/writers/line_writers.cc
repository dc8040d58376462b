// SPDX-License-Identifier: Apache-2.0
#include "transcription/writers/line_writers.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/strip.h"
#include "transcription/writers/clock.h"

namespace decibit::transcription {

std::string TxtWriter::add(const TranscribedSegment& segment) {
  return fmt::format("{}\n", text::strip(segment.text));
}

std::string TsvWriter::begin() { return "start\tend\ttext\n"; }

std::string TsvWriter::add(const TranscribedSegment& segment) {
  std::string text(text::strip(segment.text));
  std::ranges::replace(text, '\t', ' ');
  return fmt::format("{}\t{}\t{}\n", to_milliseconds(segment.start_seconds),
                     to_milliseconds(segment.end_seconds), text);
}

// The tag names who made the file; whisper.cpp puts its own name there.
std::string LrcWriter::begin() { return "[by:decibit]\n"; }

std::string LrcWriter::add(const TranscribedSegment& segment) {
  const std::int64_t ms = to_milliseconds(segment.start_seconds);
  return fmt::format("[{:02}:{:02}.{:02}]{}\n", ms / 60'000, ms / 1000 % 60, ms % 1000 / 10,
                     segment.text);
}

}  // namespace decibit::transcription
