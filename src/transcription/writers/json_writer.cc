// SPDX-License-Identifier: Apache-2.0
// {"text", "segments": [{"id", "seek", "start", "end", "text", "tokens", "temperature",
//  "avg_logprob", "compression_ratio", "no_speech_prob", "words"?: [{"word", "start", "end",
//  "probability"}]}], "language"}
#include "transcription/writers/json_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/json.h"

namespace decibit::transcription {
namespace {

std::string json(const auto& value) { return Json(value).dump(-1); }

std::string words_text(const std::vector<TranscribedWord>& words) {
  std::string text;
  for (const TranscribedWord& word : words)
    text += fmt::format("{}{{\"word\": {}, \"start\": {}, \"end\": {}, \"probability\": {}}}",
                        text.empty() ? "" : ", ", json(word.text), json(word.start_seconds),
                        json(word.end_seconds), json(word.probability));
  return text;
}

}  // namespace

std::string JsonWriter::add(const TranscribedSegment& segment) {
  text_ += segment.text;
  segments_ += fmt::format(
      "{}{{\"id\": {}, \"seek\": {}, \"start\": {}, \"end\": {}, \"text\": {}, \"tokens\": [{}], "
      "\"temperature\": {}, \"avg_logprob\": {}, \"compression_ratio\": {}, "
      "\"no_speech_prob\": {}",
      segments_.empty() ? "" : ", ", segment.id, segment.seek, json(segment.start_seconds),
      json(segment.end_seconds), json(segment.text), fmt::join(segment.tokens, ", "),
      json(segment.temperature), json(segment.avg_logprob), json(segment.compression_ratio),
      json(segment.no_speech_prob));
  if (has_words_) segments_ += fmt::format(", \"words\": [{}]", words_text(segment.words));
  segments_ += "}";
  return {};
}

std::string JsonWriter::finish(std::string_view language) {
  return fmt::format("{{\"text\": {}, \"segments\": [{}], \"language\": {}}}", json(text_),
                     segments_, json(language));
}

}  // namespace decibit::transcription
