// SPDX-License-Identifier: Apache-2.0
#include "cli/transcript_report.h"

#include <fmt/format.h>

#include <utility>

#include "cli/report_values.h"
#include "cli/terminal.h"
#include "core/suggest.h"
#include "text/strip.h"
#include "transcription/writers/clock.h"

namespace decibit::cli {
namespace {

std::string_view stop_of(const TranscribedFile& file) {
  if (!file.error) return "end";
  return file.error->code == ErrorCode::kInterrupted ? "interrupted" : "error";
}

Json json_of(const TranscribedWord& word) {
  Json json;
  json.set("word", word.text);
  json.set("start", word.start_seconds);
  json.set("end", word.end_seconds);
  json.set("probability", json_number(word.probability));
  return json;
}

}  // namespace

void TranscribedFile::add(const TranscribedSegment& segment, bool has_words) {
  text += segment.text;
  Json json;
  json.set("start", segment.start_seconds);
  json.set("end", segment.end_seconds);
  json.set("text", segment.text);
  json.set("avg_logprob", json_number(segment.avg_logprob));
  json.set("no_speech_prob", json_number(segment.no_speech_prob));
  json.set("temperature", segment.temperature);
  if (has_words) {
    Json::Array words;
    for (const TranscribedWord& word : segment.words) words.push_back(json_of(word));
    json.set("words", std::move(words));
  }
  segments.push_back(std::move(json));
}

Json json_of(TranscribedFile file) {
  Json json;
  json.set("input", file.input);
  json.set("text", std::string(text::strip(file.text)));
  json.set("language", file.language.empty() ? Json() : Json(file.language));
  json.set("seconds", file.seconds);
  json.set("rtf", json_number(file.rtf()));
  json.set("stop", stop_of(file));
  json.set("segments", std::move(file.segments));
  json.set("windows_retried", json_size(file.windows_retried));
  json.set("outputs", json_strings(file.outputs));
  json.set("error", file.error ? json_error(*file.error) : Json());
  return json;
}

std::string summary(const TranscribedFile& file) {
  return fmt::format("{}: {:.1f} s of sound in {:.2f} s ({:.2f} of real time): {}\n", file.input,
                     file.seconds, file.decoding_seconds, file.rtf(), join(file.outputs));
}

std::string live_line(const TranscribedSegment& segment) {
  return fmt::format("[{} --> {}] {}\n",
                     transcription::clock_text(segment.start_seconds, false, '.'),
                     transcription::clock_text(segment.end_seconds, false, '.'),
                     printable(text::strip(segment.text)));
}

}  // namespace decibit::cli
