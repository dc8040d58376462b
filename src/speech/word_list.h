// SPDX-License-Identifier: Apache-2.0
// The words of a passage, and what of its sound belongs to which of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/en/phonemizer.h"

namespace decibit::speech {

/// A word with the marks that are written with it: `(“Hello,`.
struct PassageWord {
  std::string text;  // UTF-8
  bool space_after = false;
  bool guessed = false;
};

/// Phonemes of one word, without a space at their ends, or of marks and spaces, which no word has.
struct Segment {
  std::u32string phonemes;
  std::optional<std::size_t> word;
};

struct WordList {
  std::vector<PassageWord> words;
  std::vector<Segment> segments;
};

WordList words_of(const std::vector<text::en::Token>& tokens);
/// Of phonemes in place of text: spaces part words, and their text is their phonemes.
WordList words_of_phonemes(std::u32string_view phonemes);

}  // namespace decibit::speech
