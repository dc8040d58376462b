// SPDX-License-Identifier: Apache-2.0
#include "cli/speech_report.h"

#include <fmt/format.h>

#include "core/suggest.h"

namespace decibit::cli {
namespace {

void append_part(std::string& all, std::string_view part) {
  if (!all.empty() && !part.empty()) all += ' ';
  all += part;
}

}  // namespace

void SpeechReport::add(std::string_view text, std::string_view phonemes) {
  append_part(text_, text);
  append_part(phonemes_, phonemes);
}

std::string SpeechReport::explanation() const {
  std::string lines = fmt::format("text      {}\nphonemes  {}\n", text_, phonemes_);
  if (!guessed_.empty()) lines += fmt::format("guessed   {}\n", join(guessed_));
  return lines;
}

void SpeechReport::add_to(Json& json) const {
  json.set("phonemes", phonemes_);
  json.set("normalized", text_);
  json.set("guessed", Json::Array(guessed_.begin(), guessed_.end()));
}

}  // namespace decibit::cli
