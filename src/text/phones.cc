// SPDX-License-Identifier: Apache-2.0
#include "text/phones.h"

#include <algorithm>

namespace decibit::text {
namespace {

constexpr PhonesView kVocabulary =
    U";:,.!?—…\"()“” "
    U"\u0303ʣʥʦʨᵝ\uAB67AIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴø"
    U"ɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ";

// What other phonemizers write for a sound that the vocabulary spells otherwise.
struct Respelling {
  char32_t symbol;
  PhonesView phones;
};
constexpr Respelling kRespellings[] = {
    {U'g', U"ɡ"}, {U'\'', U"ˈ"}, {U'’', U"ˈ"}, {U'ɫ', U"l"}, {U'ɝ', U"ɜɹ"},
    {U'ɬ', U"l"}, {U'ʍ', U"w"},  {U'–', U"—"}, {U'-', U""},  {U'͡', U""},
};
constexpr char32_t kSyllabic = U'\u0329';

}  // namespace

bool in_vocabulary(char32_t symbol) { return is_one_of(symbol, kVocabulary); }

Phones to_vocabulary(PhonesView phones, std::vector<char32_t>* dropped) {
  Phones result;
  for (char32_t symbol : phones) {
    if (in_vocabulary(symbol)) {
      result += symbol;
      continue;
    }
    // A syllabic consonant is a short vowel and the consonant.
    if (symbol == kSyllabic && !result.empty()) {
      result.insert(result.size() - 1, 1, U'ᵊ');
      continue;
    }
    const auto* row = std::find_if(std::begin(kRespellings), std::end(kRespellings),
                                   [&](const Respelling& r) { return r.symbol == symbol; });
    if (row != std::end(kRespellings)) {
      result += row->phones;
    } else if (dropped != nullptr) {
      dropped->push_back(symbol);
    }
  }
  return result;
}

}  // namespace decibit::text
