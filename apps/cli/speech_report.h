// SPDX-License-Identifier: Apache-2.0
// What was read, for --explain and --json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decibit/speech.h"
#include "io/json.h"
#include "speech/reader.h"

namespace decibit::cli {

class SpeechReport {
 public:
  void add(const SpeechChunk& spoken);
  void add(const speech::ReadChunk& read);
  /// Symbols that the model does not know, and characters without a reading.
  void add_dropped(std::u32string_view symbols);

  /// The text as read, its phonemes, the words that were guessed and the symbols that were dropped.
  std::string explanation() const;
  void add_to(Json& json) const;

 private:
  void add_text(std::string_view text, std::string_view phonemes);
  void add_word(const std::string& word, bool guessed);

  std::string text_, phonemes_;
  std::vector<std::string> guessed_;  // each once
  std::u32string dropped_;            // each once
};

}  // namespace decibit::cli
