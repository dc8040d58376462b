// SPDX-License-Identifier: Apache-2.0
// Formats with one line for each segment.
#pragma once

#include "transcription/writers/transcript_writer.h"

namespace decibit::transcription {

/// The text alone.
class TxtWriter : public TranscriptWriter {
 public:
  std::string add(const TranscribedSegment& segment) override;
};

/// start, end (milliseconds) and text, with a header.
class TsvWriter : public TranscriptWriter {
 public:
  std::string begin() override;
  std::string add(const TranscribedSegment& segment) override;
};

/// Lyrics: [mm:ss.cc] before the text as it is. Minutes go on beyond 59.
class LrcWriter : public TranscriptWriter {
 public:
  std::string begin() override;
  std::string add(const TranscribedSegment& segment) override;
};

}  // namespace decibit::transcription
