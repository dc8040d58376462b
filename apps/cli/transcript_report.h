// SPDX-License-Identifier: Apache-2.0
// What became of each file, for people and for --json.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "decibit/transcribe.h"
#include "io/json.h"

namespace decibit::cli {

struct TranscribedFile {
  std::string input;
  std::string text;
  std::string language;         // empty: not known yet
  double seconds = 0;           // of sound
  double decoding_seconds = 0;  // the model was loaded before
  std::size_t windows_retried = 0;
  Json::Array segments;
  std::vector<std::string> outputs;  // files
  std::optional<Error> error;

  double rtf() const { return seconds > 0 ? decoding_seconds / seconds : 0; }
  void add(const TranscribedSegment& segment, bool has_words);
};

Json json_of(TranscribedFile file);

/// "talk.mp3: 61.4 s of sound in 5.20 s (0.08 of real time): talk.srt, talk.txt"
std::string summary(const TranscribedFile& file);

/// "[01:02.000 --> 01:04.500] And so": a line of a transcript on a screen, control characters made
/// harmless.
std::string live_line(const TranscribedSegment& segment);

}  // namespace decibit::cli
