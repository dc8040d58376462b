// SPDX-License-Identifier: Apache-2.0
// American English text to the phonemes that Kokoro speaks, as misaki 0.9.4 writes them, and beyond
// it where that reads badly: dates, times, units, addresses, marks of emphasis. What differs:
// README.md of this folder's parent.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "text/phones.h"

namespace decibit::text::en {

struct Token {
  std::string text;      // as normalized
  std::string phonemes;  // UTF-8
  bool space_after = false;
  bool guessed = false;  // some of it came from letter-to-sound rules
};

struct Phonemes {
  std::vector<Token> tokens;
  std::string phonemes;            // all tokens, with their spaces
  std::string normalized;          // the text that was read
  std::u32string unspoken;         // characters without a reading, each once
  std::vector<std::string> notes;  // what was replaced, removed or not spoken, for people
};

/// Pronunciations of the user's own, which win over everything: lines
/// `word<TAB>phonemes[<TAB>lang]`.
class UserLexicon {
 public:
  /// Lines of other languages than American English (`en-us`, `en`, `a`) are passed over; # starts
  /// a comment.
  [[nodiscard]] static Result<UserLexicon> parse(std::string_view text);

  /// The word as written, else in lower case.
  [[nodiscard]] const std::string* find(std::string_view word) const;
  [[nodiscard]] bool empty() const { return words_.empty(); }

 private:
  std::map<std::string, std::string, std::less<>> words_;
};

class Phonemizer {
 public:
  /// A word of ASCII letters in lower case to misaki's phonemes with stress marks.
  using LetterToSound = std::function<std::string(std::string_view word)>;

  /// Without `letter_to_sound`, words outside the lexicon are spelled. It may be called from
  /// several threads.
  explicit Phonemizer(LetterToSound letter_to_sound = {}, UserLexicon user_lexicon = {});

  /// Any bytes; never a symbol outside Kokoro's vocabulary. May be called from several threads.
  [[nodiscard]] Phonemes phonemize(std::string_view utf8) const;

 private:
  LetterToSound letter_to_sound_;
  UserLexicon user_lexicon_;
};

}  // namespace decibit::text::en
