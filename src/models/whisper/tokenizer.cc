// SPDX-License-Identifier: Apache-2.0
// Source: openai-whisper, tokenizer.py.
#include "models/whisper/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"
#include "core/utf8.h"
#include "text/strip.h"
#include "text/valid_utf8.h"

// Made from data/whisper/NAME.bin when the program is built.
extern const char decibit_whisper_ranks_multilingual[];
extern const char decibit_whisper_ranks_gpt2[];

namespace decibit::whisper {
namespace {

constexpr std::size_t kTableBytes = 256 + 50000 * 4;  // of either
constexpr Token kMultilingualRanks = 50257;  // the last one is an empty token that no table holds
constexpr Token kEnglishRanks = 50256;
constexpr std::int64_t kEnglishVocabulary = 51864;
constexpr std::int64_t kLanguagesOfEnglish =
    99;  // tokens exist, though nothing was trained on them

const text::BytePairs& multilingual_ranks() {
  static const text::BytePairs ranks({decibit_whisper_ranks_multilingual, kTableBytes});
  return ranks;
}
const text::BytePairs& gpt2_ranks() {
  static const text::BytePairs ranks({decibit_whisper_ranks_gpt2, kTableBytes});
  return ranks;
}

bool is_mark(std::string_view text) {
  constexpr std::string_view kMarks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  return kMarks.find(text::strip(text)) != std::string_view::npos;
}

}  // namespace

Result<Tokenizer> Tokenizer::make(std::int64_t vocabulary) {
  if (vocabulary < kEnglishVocabulary)
    return fail(
        ErrorCode::kBadInput,
        fmt::format("the vocabulary has {} entries; Whisper's have {} (English only), {} or "
                    "{} (since large-v3)",
                    vocabulary, kEnglishVocabulary, kEnglishVocabulary + 1,
                    kEnglishVocabulary + 2));
  const bool multilingual = vocabulary > kEnglishVocabulary;
  return Tokenizer(multilingual ? multilingual_ranks() : gpt2_ranks(), multilingual, vocabulary);
}

Tokenizer::Tokenizer(const text::BytePairs& ranks, bool multilingual, std::int64_t vocabulary)
    : ranks_(&ranks),
      multilingual_(multilingual),
      vocabulary_(vocabulary),
      end_(multilingual ? kMultilingualRanks : kEnglishRanks) {
  const std::int64_t beyond = multilingual ? vocabulary - kEnglishVocabulary - 1 : 0;
  languages_ = static_cast<int>(std::min(kLanguagesOfEnglish + beyond, std::ssize(languages())));
}

std::span<const Language> Tokenizer::known_languages() const {
  return languages().first(static_cast<std::size_t>(languages_));
}

Token Tokenizer::language(std::string_view code) const {
  const auto known = known_languages();
  const auto found = std::ranges::find(known, code, &Language::code);
  DECIBIT_CHECK(found != known.end());
  return first_language() + static_cast<Token>(found - known.begin());
}

std::string Tokenizer::bytes_of(Token token) const {
  if (token < 0 || token > last_timestamp()) return {};
  if (token < end_)
    return static_cast<std::size_t>(token) < ranks_->size() ? std::string(ranks_->bytes(token))
                                                            : std::string();
  if (token >= first_timestamp()) {
    const int centiseconds = (token - first_timestamp()) * 2;
    return fmt::format("<|{}.{:02}|>", centiseconds / 100, centiseconds % 100);
  }
  if (token >= first_language() && token < translate())
    return fmt::format("<|{}|>",
                       known_languages()[static_cast<std::size_t>(token - first_language())].code);
  if (token == end_) return "<|endoftext|>";
  if (token == start()) return "<|startoftranscript|>";
  constexpr std::string_view kNames[] = {"translate",   "transcribe", "startoflm",
                                         "startofprev", "nospeech",   "notimestamps"};
  return fmt::format("<|{}|>", kNames[token - translate()]);
}

std::string Tokenizer::bytes(std::span<const Token> tokens) const {
  std::string all;
  for (const Token token : tokens)
    if (token < end_) all += bytes_of(token);
  return all;
}

std::string Tokenizer::decode(std::span<const Token> tokens) const {
  return text::valid_utf8(bytes(tokens));
}

std::string Tokenizer::decode_with_timestamps(std::span<const Token> tokens) const {
  std::string all;
  for (const Token token : tokens) all += bytes_of(token);
  return text::valid_utf8(all);
}

std::vector<Token> Tokenizer::non_speech() const {
  // Notes share their first two bytes with other pictures only, so their first token may go even
  // where a note is several tokens.
  constexpr std::string_view kNotes[] = {"♩", "♪", "♫", "♬", "♭", "♮", "♯"};
  constexpr std::string_view kSymbols[] = {
      "\"",  "#",  "(",  ")",   "*",   "+",   "/",   ":",  ";",   "<",  "=",  ">",
      "@",   "[",  "\\", "]",   "^",   "_",   "`",   "{",  "|",   "}",  "~",  "「",
      "」",  "『", "』", "<<",  ">>",  "<<<", ">>>", "--", "---", "-(", "-[", "('",
      "(\"", "((", "))", "(((", ")))", "[[",  "]]",  "{{", "}}",  "♪♪", "♪♪♪"};
  // A dash and a quote stay inside of words.
  std::vector<Token> found = {encode(" -")[0], encode(" '")[0]};
  const auto add = [&](std::string_view symbol, bool first_is_enough) {
    for (const std::string& text : {std::string(symbol), " " + std::string(symbol)}) {
      const std::vector<Token> tokens = encode(text);
      if (tokens.size() == 1 || first_is_enough) found.push_back(tokens[0]);
    }
  };
  for (const std::string_view symbol : kSymbols) add(symbol, false);
  for (const std::string_view note : kNotes) add(note, true);
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<WordTokens> Tokenizer::split_characters(std::span<const Token> tokens) const {
  std::vector<WordTokens> parts;
  std::string pending;
  std::vector<Token> pending_tokens;
  for (const Token token : tokens) {
    // No special token completes a character.
    if (token >= end_ && !pending_tokens.empty()) {
      parts.push_back({text::valid_utf8(pending), std::move(pending_tokens)});
      pending.clear(), pending_tokens.clear();
    }
    pending += bytes_of(token);
    pending_tokens.push_back(token);
    if (text::unfinished_bytes(pending) > 0) continue;
    parts.push_back({text::valid_utf8(pending), std::move(pending_tokens)});
    pending.clear(), pending_tokens.clear();
  }
  if (!pending_tokens.empty())
    parts.push_back({text::valid_utf8(pending), std::move(pending_tokens)});
  return parts;
}

std::vector<WordTokens> Tokenizer::split_words(std::span<const Token> tokens,
                                               std::string_view language) const {
  std::vector<WordTokens> parts = split_characters(tokens);
  if (is_written_without_spaces(language)) return parts;
  std::vector<WordTokens> words;
  for (WordTokens& part : parts) {
    const bool special = part.tokens[0] >= end_;
    if (words.empty() || special || part.text.starts_with(' ') || is_mark(part.text)) {
      words.push_back(std::move(part));
      continue;
    }
    words.back().text += part.text;
    words.back().tokens.insert(words.back().tokens.end(), part.tokens.begin(), part.tokens.end());
  }
  return words;
}

}  // namespace decibit::whisper
