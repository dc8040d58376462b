// SPDX-License-Identifier: Apache-2.0
// Transcripts as text for files, in the bytes of OpenAI's writers (whisper/utils.py, 20250625) and,
// for lrc, of whisper.cpp's. Segments become text as they come; where the text goes is not decided
// here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decibit/transcribe.h"

namespace decibit::transcription {

enum class TranscriptFormat : std::uint8_t { kTxt, kVtt, kSrt, kTsv, kJson, kLrc };

/// "txt", ...: also the extensions of the files. In the order of the enumerators.
std::vector<std::string> transcript_format_names();
std::string_view name(TranscriptFormat format);
std::optional<TranscriptFormat> transcript_format_from_name(std::string_view name);

/// How SRT and VTT lay out words; without words they show segments. 0: no limit.
struct CueLayout {
  std::size_t max_line_width = 0;  // code points
  std::size_t max_line_count = 0;  // needs max_line_width
  std::size_t max_words_per_line = 0;
  bool highlight_words = false;  // underlines each word while it is said

  bool needs_words() const {
    return max_line_width > 0 || max_line_count > 0 || max_words_per_line > 0 || highlight_words;
  }
};

class TranscriptWriter {
 public:
  virtual ~TranscriptWriter() = default;
  /// Each returns the text that follows what was returned before.
  virtual std::string begin() { return {}; }
  virtual std::string add(const TranscribedSegment& segment) = 0;
  virtual std::string finish(std::string_view /*language*/) { return {}; }
};

/// `has_words`: segments bring their words. JSON begins with the text of all segments, so its
/// writer holds everything until finish(): some 8 kB a minute of speech.
std::unique_ptr<TranscriptWriter> make_transcript_writer(TranscriptFormat format, bool has_words,
                                                         const CueLayout& layout);

}  // namespace decibit::transcription
