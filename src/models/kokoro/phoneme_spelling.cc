// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/phoneme_spelling.h"

#include <array>
#include <cstddef>

namespace decibit::kokoro {
namespace {

constexpr char32_t kLength = U'\u02D0', kFaintSchwa = U'\u1D4A', kSchwa = U'\u0259';
constexpr char32_t kSyllabicBelow = U'\u0329', kSyllabicAbove = U'\u030D';
constexpr char32_t kTieAbove = U'\u0361', kTieBelow = U'\u035C';
constexpr char32_t kCedilla = U'\u0327', kCWithCedilla = U'\u00E7';

struct Spelling {
  char32_t written;
  std::u32string_view meant;
};
constexpr std::array kSpellings = {Spelling{U'g', U"\u0261"},
                                   Spelling{U'\'', U"\u02C8"},
                                   Spelling{U'\u2019', U"\u02C8"},  // a typographic apostrophe
                                   Spelling{U'\u026B', U"l"},       // dark l
                                   Spelling{U'\u025A', U"\u0259\u0279"},
                                   Spelling{U'\u025D', U"\u025C\u0279"},  // r-coloured
                                   Spelling{U'\u00E3', U"a\u0303"},
                                   Spelling{U'\u1EBD', U"e\u0303"},
                                   Spelling{U'\u0129', U"i\u0303"},
                                   Spelling{U'\u00F5', U"o\u0303"},
                                   Spelling{U'\u0169', U"u\u0303"}};

struct Affricate {
  char32_t first, second, both;
};
constexpr std::array kAffricates = {
    Affricate{U't', U'\u0283', U'\u02A7'}, Affricate{U'd', U'\u0292', U'\u02A4'},
    Affricate{U't', U's', U'\u02A6'},      Affricate{U'd', U'z', U'\u02A3'},
    Affricate{U't', U'\u0255', U'\u02A8'}, Affricate{U'd', U'\u0291', U'\u02A5'}};

/// A letter, not a mark of punctuation or stress.
bool is_letter(char32_t c) {
  return (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z') || (c >= 0xC0 && c < 0x2B0) ||
         (c >= 0x370 && c < 0x400) || (c >= 0x1D00 && c < 0x1DC0);
}

/// Puts a faint schwa before the last consonant, unless one is there.
void make_syllabic(std::u32string& text) {
  if (text.empty() || !is_letter(text.back())) return;
  const std::size_t at = text.size() - 1;
  const bool has_vowel = at > 0 && (text[at - 1] == kSchwa || text[at - 1] == kFaintSchwa);
  if (!has_vowel) text.insert(at, 1, kFaintSchwa);
}

/// Whether the last letter and `next` became one symbol.
bool join_affricate(std::u32string& text, char32_t next, FunctionRef<bool(char32_t)> known) {
  for (const Affricate& affricate : kAffricates) {
    if (text.empty() || text.back() != affricate.first || next != affricate.second ||
        !known(affricate.both))
      continue;
    text.back() = affricate.both;
    return true;
  }
  return false;
}

std::u32string_view spelling_of(const char32_t& symbol) {
  for (const Spelling& spelling : kSpellings)
    if (spelling.written == symbol) return spelling.meant;
  return {&symbol, 1};
}

}  // namespace

std::u32string known_spelling(std::u32string_view phonemes, FunctionRef<bool(char32_t)> known) {
  std::u32string text;
  for (std::size_t i = 0; i < phonemes.size(); ++i) {
    const char32_t symbol = phonemes[i];
    const char32_t next = i + 1 < phonemes.size() ? phonemes[i + 1] : U' ';
    const bool after_letter = i > 0 && is_letter(phonemes[i - 1]);
    if (symbol == U':' && after_letter && is_letter(next) && known(kLength)) {
      text += kLength;
    } else if (known(symbol)) {
      text += symbol;
    } else if (symbol == kSyllabicBelow || symbol == kSyllabicAbove) {
      make_syllabic(text);
    } else if (symbol == kTieAbove || symbol == kTieBelow) {
      if (join_affricate(text, next, known)) ++i;
    } else if (symbol == kCedilla && after_letter && text.back() == U'c') {
      text.back() = kCWithCedilla;
    } else {
      text += spelling_of(phonemes[i]);
    }
  }
  return text;
}

}  // namespace decibit::kokoro
