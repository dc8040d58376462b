// SPDX-License-Identifier: Apache-2.0
// Spoken words as captions that fit a screen.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace decibit {

/// UTF-8 and when it is spoken.
struct TimedText {
  std::string text;
  double start_s = 0, end_s = 0;
};

/// A sentence or a chunk. Without `words`, those of `text` are taken to last as long as they have
/// letters; a word brings its punctuation along.
struct TimedSegment {
  TimedText whole;
  std::vector<TimedText> words;
};

struct Cue {
  std::vector<std::string> lines;
  double start_s = 0, end_s = 0;
};

// What broadcasters and Netflix (Timed Text Style Guide, English) ask for.
constexpr std::size_t kCaptionColumns = 42, kCaptionLines = 2;

/// At most kCaptionLines lines of kCaptionColumns code points. A cue ends early with a sentence
/// once it is longer than a line, and before a second of silence. A longer word is cut. White space
/// and control characters become one space, what is no UTF-8 U+FFFD.
std::vector<Cue> cues_of(const TimedSegment& segment);

}  // namespace decibit
