// SPDX-License-Identifier: Apache-2.0
// SubRip (SRT) and WebVTT.
#pragma once

#include "transcription/writers/cue_builder.h"
#include "transcription/writers/transcript_writer.h"

namespace decibit::transcription {

class SubtitleWriter : public TranscriptWriter {
 public:
  enum class Syntax : std::uint8_t { kSrt, kVtt };

  SubtitleWriter(Syntax syntax, bool has_words, const CueLayout& layout)
      : syntax_(syntax), has_words_(has_words), highlight_(layout.highlight_words), cues_(layout) {}
  std::string begin() override;
  std::string add(const TranscribedSegment& segment) override;
  std::string finish(std::string_view language) override;

 private:
  std::string time(double seconds) const;
  std::string words_text(const CueWords& cue);
  std::string highlighted(const CueWords& cue);
  std::string cue_text(const std::string& start, const std::string& end, std::string text);

  Syntax syntax_;
  bool has_words_, highlight_;
  CueBuilder cues_;
  std::size_t count_ = 0;
};

}  // namespace decibit::transcription
