// SPDX-License-Identifier: Apache-2.0
// A cue is "start --> end", its text, an empty line; SRT numbers it. "-->" in a text, which readers
// take for a time, becomes "->".
#include "transcription/writers/subtitle_writer.h"

#include <fmt/format.h>

#include "text/strip.h"
#include "transcription/writers/clock.h"

namespace decibit::transcription {
namespace {

/// White space before the word stays outside.
std::string underlined(std::string_view word) {
  const std::string_view stripped = text::strip(word);
  const auto space =
      stripped.empty() ? word.size() : static_cast<std::size_t>(stripped.data() - word.data());
  return fmt::format("{}<u>{}</u>", word.substr(0, space), word.substr(space));
}

std::string joined(const CueWords& cue) {
  std::string text;
  for (const TranscribedWord& word : cue) text += word.text;
  return text;
}

}  // namespace

std::string SubtitleWriter::begin() { return syntax_ == Syntax::kVtt ? "WEBVTT\n\n" : ""; }

std::string SubtitleWriter::add(const TranscribedSegment& segment) {
  if (!has_words_)
    return cue_text(time(segment.start_seconds), time(segment.end_seconds),
                    std::string(text::strip(segment.text)));
  std::string text;
  for (const CueWords& cue : cues_.add(segment.words)) text += words_text(cue);
  return text;
}

std::string SubtitleWriter::finish(std::string_view) {
  const CueWords cue = cues_.finish();
  return cue.empty() ? std::string() : words_text(cue);
}

std::string SubtitleWriter::time(double seconds) const {
  return syntax_ == Syntax::kSrt ? clock_text(seconds, true, ',') : clock_text(seconds, false, '.');
}

std::string SubtitleWriter::words_text(const CueWords& cue) {
  if (highlight_) return highlighted(cue);
  return cue_text(time(cue.front().start_seconds), time(cue.back().end_seconds), joined(cue));
}

std::string SubtitleWriter::highlighted(const CueWords& cue) {
  std::string text, last_end = time(cue.front().start_seconds);
  for (std::size_t i = 0; i < cue.size(); ++i) {
    const std::string start = time(cue[i].start_seconds), end = time(cue[i].end_seconds);
    if (last_end != start) text += cue_text(last_end, start, joined(cue));
    CueWords marked = cue;
    marked[i].text = underlined(cue[i].text);
    text += cue_text(start, end, joined(marked));
    last_end = end;
  }
  return text;
}

std::string SubtitleWriter::cue_text(const std::string& start, const std::string& end,
                                     std::string text) {
  constexpr std::string_view kArrow = "-->";
  for (std::size_t at = text.find(kArrow); at != text.npos; at = text.find(kArrow))
    text.erase(at, 1);
  ++count_;
  return (syntax_ == Syntax::kSrt ? fmt::format("{}\n", count_) : std::string()) +
         fmt::format("{} --> {}\n{}\n\n", start, end, text);
}

}  // namespace decibit::transcription
