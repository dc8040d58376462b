// SPDX-License-Identifier: Apache-2.0
#include "cli/speech_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/suggest.h"
#include "core/utf8.h"
#include "speech/symbol_list.h"
#include "text/unicode.h"

namespace decibit::cli {
namespace {

void append_part(std::string& all, std::string_view part) {
  if (!all.empty() && !part.empty()) all += ' ';
  all += part;
}

/// `word` without the marks that are written at it.
std::string without_marks(std::string_view word) {
  const std::u32string all = code_points(word);
  const auto belongs = [](char32_t c) {
    return text::is_letter(c) || text::is_mark(c) || text::is_digit(c);
  };
  const auto begin = std::ranges::find_if(all, belongs);
  const auto end = std::find_if(all.rbegin(), std::make_reverse_iterator(begin), belongs).base();
  return to_utf8(std::u32string(begin, end));
}

}  // namespace

void SpeechReport::add(const SpeechChunk& spoken) {
  add_text(spoken.text, spoken.phonemes);
  for (const SpokenWord& word : spoken.words) add_word(word.text, word.guessed);
}

void SpeechReport::add(const speech::ReadChunk& read) {
  add_text(read.text(), to_utf8(read.phonemes));
  for (const speech::ChunkWord& part : read.words) add_word(part.word.text, part.word.guessed);
}

void SpeechReport::add_text(std::string_view text, std::string_view phonemes) {
  append_part(text_, text);
  append_part(phonemes_, phonemes);
}

void SpeechReport::add_dropped(std::u32string_view symbols) {
  speech::add_each_once(symbols, dropped_);
}

/// A word that was cut has its text in its first part only.
void SpeechReport::add_word(const std::string& word, bool guessed) {
  if (!guessed) return;
  std::string bare = without_marks(word);
  if (!bare.empty() && std::ranges::find(guessed_, bare) == guessed_.end())
    guessed_.push_back(std::move(bare));
}

std::string SpeechReport::explanation() const {
  std::string lines = fmt::format("text      {}\nphonemes  {}\n", text_, phonemes_);
  if (!guessed_.empty()) lines += fmt::format("guessed   {}\n", join(guessed_));
  if (!dropped_.empty()) lines += fmt::format("dropped   {}\n", speech::symbol_list(dropped_));
  return lines;
}

void SpeechReport::add_to(Json& json) const {
  json.set("phonemes", phonemes_);
  json.set("normalized", text_);
  json.set("guessed", Json::Array(guessed_.begin(), guessed_.end()));
  Json::Array dropped;
  for (const char32_t symbol : dropped_) dropped.emplace_back(to_utf8({&symbol, 1}));
  json.set("dropped", std::move(dropped));
}

}  // namespace decibit::cli
