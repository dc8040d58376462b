// SPDX-License-Identifier: Apache-2.0
// How a lexicon lies in memory: made by make_lexicon_table.cc when the program is built, read by
// lexicon_table.cc where it lies. All numbers are one byte, except the offsets of blocks.
//
//   block   = kBlock entries, the first with its whole word
//   entry   = shared, rest, rest letters, readings          word = `shared` letters of the one
//   before + rest reading = size, size symbols (indices into kAlphabet) readings = the default one;
//   if its size has kMoreReadings set, then count, and count x (tag, reading),
//              where size kSpelled says that the word has no reading under this tag: letters are
//              named
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace decibit::text::en {

constexpr std::size_t kBlock = 16;
constexpr std::uint8_t kMoreReadings = 0x80;
constexpr std::uint8_t kSpelled = 0x7f;

constexpr std::u32string_view kAlphabet = U"AIOWYbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹɾʃʊʌʒʔʤʧˈˌθᵊᵻ";

// Where a reading applies: a Penn tag, a class of tags, or the end of a phrase ("None" in misaki's
// files).
enum class ReadingTag : std::uint8_t {
  kNoun,
  kVerb,
  kAdj,
  kAdv,
  kVbd,
  kVbn,
  kVbp,
  kDt,
  kPhraseFinal
};
constexpr std::string_view kReadingTags[] = {"NOUN", "VERB", "ADJ", "ADV", "VBD",
                                             "VBN",  "VBP",  "DT",  "None"};

}  // namespace decibit::text::en
