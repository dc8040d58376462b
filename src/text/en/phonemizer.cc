// SPDX-License-Identifier: Apache-2.0
#include "text/en/phonemizer.h"

#include <algorithm>
#include <utility>

#include "text/en/lexicon.h"
#include "text/en/normalizer.h"
#include "text/en/tagger.h"
#include "text/en/tokenizer.h"
#include "text/en/word_reader.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

// Letter-to-sound rules know no words of this length; what is longer is cut.
constexpr std::size_t kMaxGuess = 40;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool has_vowel_letter(std::string_view word) {
  return word.find_first_of("aeiouy") != std::string_view::npos;
}

// The model's T and t for misaki's tapped and glottal t, which Kokoro was not trained on.
Phones finished(Phones phones) {
  std::replace(phones.begin(), phones.end(), U'ɾ', U'T');
  std::replace(phones.begin(), phones.end(), U'ʔ', U't');
  return to_vocabulary(phones, nullptr);
}

Phones guess_letters(const Phonemizer::LetterToSound& letter_to_sound, std::string_view letters) {
  if (letters.empty()) return {};
  const bool spelled = !letter_to_sound || (!has_vowel_letter(letters) && letters.size() < 6);
  if (!spelled) {
    Phones phones;
    for (std::size_t at = 0; at < letters.size(); at += kMaxGuess) {
      phones += to_vocabulary(code_points(letter_to_sound(letters.substr(at, kMaxGuess))), nullptr);
    }
    if (!phones.empty()) return phones;
  }
  return Lexicon::spelled(letters).value_or(Phones());
}

// Letters that ASCII lacks, without their accents; an ending 's is added as after any word.
Phones guess_word(const Phonemizer::LetterToSound& letter_to_sound, std::string_view word) {
  std::string letters = ascii_lower(without_accents(word));
  const bool possessive = letters.size() > 2 && letters.substr(letters.size() - 2) == "'s";
  if (possessive) letters.resize(letters.size() - 2);
  letters.erase(
      std::remove_if(letters.begin(), letters.end(), [](char c) { return !is_letter(c); }),
      letters.end());
  Phones phones = guess_letters(letter_to_sound, letters);
  return possessive ? Lexicon::plural(std::move(phones)) : phones;
}

Token token_of(const std::vector<Piece>& pieces, const WordGroup& group) {
  Token token;
  Phones phones;
  for (std::size_t i = group.begin; i < group.end; ++i) {
    const Piece& piece = pieces[i];
    token.text += piece.text;
    token.guessed = token.guessed || piece.guessed;
    if (piece.prespace && !phones.empty() && phones.back() != U' ' && !piece.phones->empty())
      phones += U' ';
    phones += *piece.phones;
  }
  token.phonemes = encode_utf8(finished(std::move(phones)));
  token.space_after = pieces[group.end - 1].space_after;
  return token;
}

std::string joined(const std::vector<Token>& tokens) {
  std::string phonemes;
  bool space = false;
  for (const Token& token : tokens) {
    if (!token.phonemes.empty()) {
      if (space && !phonemes.empty()) phonemes += ' ';
      space = false;
      phonemes += token.phonemes;
    }
    space = space || token.space_after;
  }
  return phonemes;
}

std::string without_private_use(std::u32string_view text, const std::vector<Override>& overrides) {
  std::string result;
  for (char32_t c : text) {
    if (c < kFirstOverride) {
      result += encode_utf8(c);
    } else if (const std::size_t i = c - kFirstOverride;
               i < overrides.size() && overrides[i].phones) {
      result += overrides[i].text;
    }
  }
  return result;
}

std::u32string each_once(std::u32string symbols) {
  std::sort(symbols.begin(), symbols.end());
  symbols.erase(std::unique(symbols.begin(), symbols.end()), symbols.end());
  return symbols;
}

std::string list_of(std::u32string_view symbols) {
  std::string list;
  for (std::size_t i = 0; i < symbols.size() && i < 20; ++i)
    list += (i == 0 ? "" : " ") + encode_utf8(symbols[i]);
  return symbols.size() > 20 ? list + " ..." : list;
}

}  // namespace

Phonemizer::Phonemizer(LetterToSound letter_to_sound, UserLexicon user_lexicon)
    : letter_to_sound_(std::move(letter_to_sound)), user_lexicon_(std::move(user_lexicon)) {}

Phonemes Phonemizer::phonemize(std::string_view utf8) const {
  Phonemes result;
  Normalized normalized = normalize(utf8, user_lexicon_);
  result.notes = std::move(normalized.notes);
  const std::u32string text = code_points(normalized.text);
  std::vector<char32_t> dropped;
  std::vector<Piece> pieces = tokenize(text, normalized.overrides, &dropped);
  tag_pieces(pieces);
  const Guess guess = [&](std::string_view word) {
    Phones phones = guess_word(letter_to_sound_, word);
    if (phones.empty()) {
      for (char32_t c : code_points(word)) dropped.push_back(c);
    }
    return phones;
  };
  for (const WordGroup& group : read_pieces(pieces, guess))
    result.tokens.push_back(token_of(pieces, group));
  result.phonemes = joined(result.tokens);
  result.normalized = without_private_use(text, normalized.overrides);
  result.unspoken = each_once({dropped.begin(), dropped.end()});
  if (!dropped.empty()) result.notes.push_back("not spoken: " + list_of(result.unspoken));
  return result;
}

}  // namespace decibit::text::en
