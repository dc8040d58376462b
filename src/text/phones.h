// SPDX-License-Identifier: Apache-2.0
// Strings of phonemes: one code point is one symbol of Kokoro's vocabulary, and one token of the
// model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace decibit::text {

using Phones = std::u32string;
using PhonesView = std::u32string_view;

constexpr char32_t kPrimary = U'ˈ';
constexpr char32_t kSecondary = U'ˌ';

inline bool is_one_of(char32_t symbol, PhonesView set) {
  return set.find(symbol) != PhonesView::npos;
}

/// misaki's VOWELS and CONSONANTS; what is in neither says nothing about the next sound.
inline bool is_vowel(char32_t symbol) { return is_one_of(symbol, U"AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ"); }
inline bool is_consonant(char32_t symbol) {
  return is_one_of(symbol, U"bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ");
}

/// Whether Kokoro-82M has a token for the symbol (its config.json, `vocab`; 114 symbols).
bool in_vocabulary(char32_t symbol);

/// `phones` with look-alikes put into Kokoro's alphabet (ASCII g, the tie bar, U+0329 under a
/// consonant) and everything else that it lacks removed and appended to `dropped`.
Phones to_vocabulary(PhonesView phones, std::vector<char32_t>* dropped);

}  // namespace decibit::text
