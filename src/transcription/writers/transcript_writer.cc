// SPDX-License-Identifier: Apache-2.0
#include "transcription/writers/transcript_writer.h"

#include <algorithm>
#include <array>

#include "transcription/writers/json_writer.h"
#include "transcription/writers/line_writers.h"
#include "transcription/writers/subtitle_writer.h"

namespace decibit::transcription {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"txt", "vtt", "srt", "tsv", "json", "lrc"};

}  // namespace

std::vector<std::string> transcript_format_names() { return {kNames.begin(), kNames.end()}; }

std::string_view name(TranscriptFormat format) { return kNames[static_cast<std::size_t>(format)]; }

std::optional<TranscriptFormat> transcript_format_from_name(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<TranscriptFormat>(found - kNames.begin());
}

std::unique_ptr<TranscriptWriter> make_transcript_writer(TranscriptFormat format, bool has_words,
                                                         const CueLayout& layout) {
  switch (format) {
    case TranscriptFormat::kTxt:
      return std::make_unique<TxtWriter>();
    case TranscriptFormat::kVtt:
      return std::make_unique<SubtitleWriter>(SubtitleWriter::Syntax::kVtt, has_words, layout);
    case TranscriptFormat::kSrt:
      return std::make_unique<SubtitleWriter>(SubtitleWriter::Syntax::kSrt, has_words, layout);
    case TranscriptFormat::kTsv:
      return std::make_unique<TsvWriter>();
    case TranscriptFormat::kJson:
      return std::make_unique<JsonWriter>(has_words);
    case TranscriptFormat::kLrc:
      break;
  }
  return std::make_unique<LrcWriter>();
}

}  // namespace decibit::transcription
