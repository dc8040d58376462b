// SPDX-License-Identifier: Apache-2.0
// Words laid out as subtitles, by OpenAI's rules, one segment after the other.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "transcription/writers/transcript_writer.h"

namespace decibit::transcription {

/// A subtitle: its words, whose texts joined are what it shows. A word that begins a line after the
/// first has a line feed in front.
using CueWords = std::vector<TranscribedWord>;

/// With both limits of lines, cues run over the ends of segments and a pause of 3 s ends them.
/// Otherwise a cue holds words of one segment only, at most max_words_per_line.
class CueBuilder {
 public:
  explicit CueBuilder(const CueLayout& layout);

  /// The cues that are complete now, in order.
  std::vector<CueWords> add(const std::vector<TranscribedWord>& words);
  /// The last one; empty if there is none.
  CueWords finish() { return std::move(cue_); }

 private:
  void add_word(TranscribedWord word, bool first_of_group, std::vector<CueWords>& done);

  std::size_t max_line_width_, max_line_count_, max_words_per_line_;
  bool keep_segments_;
  CueWords cue_;
  std::size_t line_width_ = 0, line_count_ = 1;
  bool has_last_ = false;
  double last_start_ = 0;  // of the word before
};

}  // namespace decibit::transcription
