// SPDX-License-Identifier: Apache-2.0
// Whisper's tokens. The program carries both rank tables (multilingual and GPT-2's), and the
// numbers of the special tokens follow from the size of the vocabulary, so no file of the model is
// read:
//
//   ranks, end, start, languages, translate, transcribe, start_of_lm, start_of_previous, no_speech,
//   no_timestamps, 1501 timestamps of 0.00 to 30.00 s
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "models/whisper/languages.h"
#include "models/whisper/window.h"
#include "text/byte_pairs.h"

namespace decibit::whisper {

/// Tokens of one word.
struct WordTokens {
  std::string text;
  std::vector<Token> tokens;
};

class Tokenizer {
 public:
  static constexpr int kTimestamps = 1501;

  /// kBadInput for a vocabulary that is smaller than Whisper's. Entries beyond Whisper's have no
  /// meaning.
  static Result<Tokenizer> make(std::int64_t vocabulary);

  bool is_multilingual() const { return multilingual_; }
  std::int64_t vocabulary() const { return vocabulary_; }
  /// The languages that there are tokens for.
  std::span<const Language> known_languages() const;

  Token end() const { return end_; }  // of text; all below it are text
  Token start() const { return end_ + 1; }
  Token first_language() const { return end_ + 2; }
  Token translate() const { return first_language() + languages_; }
  Token transcribe() const { return translate() + 1; }
  Token start_of_lm() const { return translate() + 2; }
  Token start_of_previous() const { return translate() + 3; }
  Token no_speech() const { return translate() + 4; }
  Token no_timestamps() const { return translate() + 5; }
  Token first_timestamp() const { return translate() + 6; }
  Token last_timestamp() const { return first_timestamp() + kTimestamps - 1; }
  /// `code` is one of known_languages().
  Token language(std::string_view code) const;

  std::vector<Token> encode(std::string_view text) const { return ranks_->encode(text); }
  /// The text of text tokens as bytes: it may begin or end within a character.
  std::string bytes(std::span<const Token> tokens) const;
  /// The text, without special tokens and timestamps; broken characters are U+FFFD.
  std::string decode(std::span<const Token> tokens) const;
  /// The same with special tokens and timestamps: "<|1.08|>".
  std::string decode_with_timestamps(std::span<const Token> tokens) const;

  /// Symbols that are written but not spoken: brackets, notes, a dash that begins a word. Sorted.
  std::vector<Token> non_speech() const;

  /// Cuts at spaces and marks, or between characters where the language has no spaces; never
  /// within a character. A special token is a word of its own.
  std::vector<WordTokens> split_words(std::span<const Token> tokens,
                                      std::string_view language) const;

 private:
  Tokenizer(const text::BytePairs& ranks, bool multilingual, std::int64_t vocabulary);
  std::string bytes_of(Token token) const;
  std::vector<WordTokens> split_characters(std::span<const Token> tokens) const;

  const text::BytePairs* ranks_;
  bool multilingual_;
  std::int64_t vocabulary_;
  Token end_;
  int languages_;
};

}  // namespace decibit::whisper
