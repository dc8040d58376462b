// SPDX-License-Identifier: Apache-2.0
// OpenAI's JSON: what whisper's transcribe() returns, as json.dump() writes it.
#pragma once

#include "transcription/writers/transcript_writer.h"

namespace decibit::transcription {

class JsonWriter : public TranscriptWriter {
 public:
  explicit JsonWriter(bool has_words) : has_words_(has_words) {}
  std::string add(const TranscribedSegment& segment) override;
  std::string finish(std::string_view language) override;

 private:
  bool has_words_;
  std::string text_, segments_;
};

}  // namespace decibit::transcription
