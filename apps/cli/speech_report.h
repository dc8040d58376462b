// SPDX-License-Identifier: Apache-2.0
// What was read, for --explain and --json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/json.h"

namespace decibit::cli {

class SpeechReport {
 public:
  /// One chunk, in UTF-8.
  void add(std::string_view text, std::string_view phonemes);
  /// A word that no list has.
  void add_guessed(const std::string& word) { guessed_.push_back(word); }

  /// The text as read, its phonemes, and the words that were guessed.
  std::string explanation() const;
  void add_to(Json& json) const;

 private:
  std::string text_, phonemes_;
  std::vector<std::string> guessed_;
};

}  // namespace decibit::cli
