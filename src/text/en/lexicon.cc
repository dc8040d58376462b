// SPDX-License-Identifier: Apache-2.0
#include "text/en/lexicon.h"

#include <algorithm>
#include <string>

#include "text/en/lexicon_table.h"
#include "text/en/stemming.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

using Reading = Lexicon::Reading;

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool all_alpha(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), is_alpha);
}
bool is_lower_case(std::string_view word) { return word == ascii_lower(word); }
bool is_upper_case(std::string_view word) { return word == ascii_upper(word); }
std::string capitalised(std::string_view word) {
  return ascii_upper(word.substr(0, 1)) +
         ascii_lower(word.substr(std::min<std::size_t>(1, word.size())));
}

// A list also holds its words with and without a capital (misaki: grow_dictionary).
std::optional<Readings> grown(const LexiconTable& table, std::string_view word) {
  if (auto found = table.find(word); found || word.size() < 2) return found;
  if (is_lower_case(word)) {
    const std::string other = capitalised(word);
    return other == word ? std::nullopt : table.find(other);
  }
  return word == capitalised(word) ? table.find(ascii_lower(word)) : std::nullopt;
}
bool in_gold(std::string_view word) { return grown(us_gold(), word).has_value(); }
bool in_silver(std::string_view word) { return grown(us_silver(), word).has_value(); }

std::optional<ReadingTag> exact_tag(Tag tag) {
  switch (tag) {
    case Tag::kVBD:
      return ReadingTag::kVbd;
    case Tag::kVBN:
      return ReadingTag::kVbn;
    case Tag::kVBP:
      return ReadingTag::kVbp;
    case Tag::kDT:
      return ReadingTag::kDt;
    default:
      return std::nullopt;
  }
}
std::optional<ReadingTag> class_tag(Tag tag) {
  if (is_noun(tag)) return ReadingTag::kNoun;
  if (is_verb(tag)) return ReadingTag::kVerb;
  if (tag == Tag::kJJ) return ReadingTag::kAdj;
  if (tag == Tag::kRB) return ReadingTag::kAdv;
  return std::nullopt;
}

// The phonemes that fit the part of speech; none where the word is to be spelled.
Reading choose(const Readings& readings, Tag tag, const Context* context) {
  const Readings::Tagged* choice = nullptr;
  if (context != nullptr && !context->vowel_follows)
    choice = readings.find(ReadingTag::kPhraseFinal);
  if (choice == nullptr) {
    if (const auto exact = exact_tag(tag)) choice = readings.find(*exact);
  }
  if (choice == nullptr) {
    if (const auto wide = class_tag(tag)) choice = readings.find(*wide);
  }
  if (choice == nullptr) return readings.plain;
  if (choice->spelled) return std::nullopt;
  return choice->phones;
}

Reading look_up(std::string_view word, Tag tag, Stress stress, const Context* context) {
  std::string lower;
  bool name = false;
  if (is_upper_case(word) && !in_gold(word)) {
    lower = ascii_lower(word);
    word = lower;
    name = tag == Tag::kNNP;
  }
  std::optional<Readings> readings = grown(us_gold(), word);
  if (!readings && !name) readings = grown(us_silver(), word);
  Reading phones = readings ? choose(*readings, tag, context) : std::nullopt;
  if (!phones || (name && !is_one_of(kPrimary, *phones))) {
    if (Reading letters = Lexicon::spelled(word)) return letters;
  }
  if (!phones) return std::nullopt;
  return with_stress(*phones, stress);
}

bool is_known(std::string_view word) {
  if (word.empty()) return false;
  if (in_gold(word) || in_silver(word)) return true;
  if (!all_alpha(word)) return false;
  if (word.size() == 1) return true;
  if (is_upper_case(word) && in_gold(ascii_lower(word))) return true;
  return is_upper_case(word.substr(1));
}

// A.B. or e.g.: dots between runs of one or two letters.
bool is_dotted_acronym(std::string_view word) {
  const std::size_t first = word.find_first_not_of('.');
  const std::size_t last = word.find_last_not_of('.');
  if (first == std::string_view::npos) return false;
  if (word.substr(first, last - first + 1).find('.') == std::string_view::npos) return false;
  std::size_t run = 0;
  for (char c : word) {
    if (c != '.' && !is_alpha(c)) return false;
    run = c == '.' ? 0 : run + 1;
    if (run > 2) return false;
  }
  return true;
}

bool is(std::string_view word, std::string_view lower) { return ascii_lower(word) == lower; }
bool is_either(std::string_view word, std::string_view lower) {
  return word == lower || word == capitalised(lower);
}

// Small words whose sound depends on their neighbours.
Reading special_case(std::string_view word, Tag tag, Stress stress, const Context& context) {
  if (word == "%") return look_up("percent", Tag::kNone, {}, &context);
  if (word == "&") return look_up("and", Tag::kNone, {}, &context);
  if (word == "+") return look_up("plus", Tag::kNone, {}, &context);
  if (word == "@") return look_up("at", Tag::kNone, {}, &context);
  if (is_dotted_acronym(word)) return Lexicon::spelled(word);
  if (is(word, "a")) return tag == Tag::kDT ? U"ɐ" : U"ˈA";
  if (is(word, "am") && word != "aM") {
    if (is_noun(tag)) return Lexicon::spelled(word);
    const bool stressed = stress && *stress > 0;
    if (!context.vowel_follows || word != "am" || stressed) return us_gold().find("am")->plain;
    return U"ɐm";
  }
  if (is(word, "an") && word != "aN") {
    return word == "AN" && is_noun(tag) ? Lexicon::spelled(word) : U"ɐn";
  }
  if (word == "I" && tag == Tag::kPRP) return U"ˌI";
  if (is(word, "by") && word != "bY" && tag == Tag::kRB) return U"bˈI";
  if (is_either(word, "to") || (word == "TO" && (tag == Tag::kTO || tag == Tag::kIN))) {
    if (!context.vowel_follows) return us_gold().find("to")->plain;
    return *context.vowel_follows ? U"tʊ" : U"tə";
  }
  if (is_either(word, "in") || (word == "IN" && tag != Tag::kNNP)) {
    return !context.vowel_follows || tag != Tag::kIN ? U"ˈɪn" : U"ɪn";
  }
  if (is_either(word, "the") || (word == "THE" && tag == Tag::kDT)) {
    return context.vowel_follows.value_or(false) ? U"ði" : U"ðə";
  }
  if (is(word, "vs") || is(word, "vs.")) return look_up("versus", Tag::kNone, {}, &context);
  if (is_either(word, "used") || word == "USED") {
    const Readings used = *us_gold().find("used");
    if ((tag == Tag::kVBD || tag == Tag::kJJ) && context.to_follows) {
      return used.find(ReadingTag::kVbd)->phones;
    }
    return used.plain;
  }
  return std::nullopt;
}

Reading stemmed(std::string_view word, Tag tag, Stress stress, const Context& context) {
  const auto read = [&](const std::optional<std::string>& stem, Stress s) -> Reading {
    return stem ? look_up(*stem, tag, s, &context) : std::nullopt;
  };
  if (Reading stem = read(stem_of_plural(word, is_known), stress)) return Lexicon::plural(*stem);
  if (Reading stem = read(stem_of_past(word, is_known), stress)) return Lexicon::past(*stem);
  if (Reading stem = read(stem_of_progressive(word, is_known), stress ? stress : kCapitalised)) {
    return Lexicon::progressive(*stem);
  }
  return std::nullopt;
}

// Whether a word with capitals is read as if it had none.
bool goes_lower(std::string_view word, Tag tag, Stress stress, const Context& context) {
  if (word.size() < 2 || is_lower_case(word)) return false;
  if (!std::all_of(word.begin(), word.end(), [](char c) { return is_alpha(c) || c == '\''; }))
    return false;
  if (tag == Tag::kNNP && word.size() <= 7) return false;
  if (in_gold(word) || in_silver(word)) return false;
  if (!is_upper_case(word) && !is_lower_case(word.substr(1))) return false;
  const std::string lower = ascii_lower(word);
  return in_gold(lower) || in_silver(lower) || stemmed(lower, tag, stress, context);
}

bool ends_with(std::string_view word, std::string_view end) {
  return word.size() >= end.size() && word.substr(word.size() - end.size()) == end;
}

}  // namespace

Stress stress_of_case(std::string_view word) {
  if (is_lower_case(word)) return std::nullopt;
  return is_upper_case(word) ? kAllCapitals : kCapitalised;
}

Reading Lexicon::word(std::string_view word, Tag tag, Stress stress, const Context& context) const {
  if (Reading special = special_case(word, tag, stress, context)) return special;
  std::string lower;
  if (goes_lower(word, tag, stress, context)) {
    lower = ascii_lower(word);
    word = lower;
  }
  if (is_known(word)) return look_up(word, tag, stress, &context);
  if (ends_with(word, "s'")) {
    const std::string possessive = std::string(word.substr(0, word.size() - 2)) + "'s";
    if (is_known(possessive)) return look_up(possessive, tag, stress, &context);
  }
  if (ends_with(word, "'") && is_known(word.substr(0, word.size() - 1))) {
    return look_up(word.substr(0, word.size() - 1), tag, stress, &context);
  }
  if (Reading reading = stemmed(word, tag, stress, context)) return reading;
  if (!ends_with(word, "'s")) return std::nullopt;
  // The possessive of an inflected word, the Yateses': misaki has no two endings.
  const Reading owner = stemmed(word.substr(0, word.size() - 2), tag, stress, context);
  return owner ? Reading(plural(*owner)) : std::nullopt;
}

Phones Lexicon::plain(std::string_view word, Stress stress) const {
  if (const Reading found = look_up(word, Tag::kNone, stress, nullptr)) return *found;
  if (const Reading found = stemmed(word, Tag::kNone, stress, {})) return *found;
  return {};
}

Reading Lexicon::spelled(std::string_view word) {
  Phones phones;
  for (char c : word) {
    if (!is_alpha(c)) continue;
    const auto name = us_gold().find(ascii_upper({&c, 1}));
    if (!name) return std::nullopt;
    phones += name->plain;
  }
  phones = with_stress(phones, 0);
  const std::size_t last = phones.rfind(kSecondary);
  if (last != Phones::npos) phones[last] = kPrimary;
  if (phones.empty()) return std::nullopt;
  return phones;
}

Phones Lexicon::plural(Phones stem) {
  if (stem.empty()) return stem;
  if (is_one_of(stem.back(), U"ptkfθ")) return stem + U's';
  if (is_one_of(stem.back(), U"szʃʒʧʤ")) return stem + U"ᵻz";
  return stem + U'z';
}

namespace {
// The vowels and ɹ after which Americans tap a t.
bool is_tapped(const Phones& stem) {
  return stem.size() > 1 && stem.back() == U't' &&
         is_one_of(stem[stem.size() - 2], U"AIOWYiuæɑəɛɪɹʊʌ");
}
}  // namespace

Phones Lexicon::past(Phones stem) {
  if (stem.empty()) return stem;
  if (is_one_of(stem.back(), U"pkfθʃsʧ")) return stem + U't';
  if (stem.back() == U'd') return stem + U"ᵻd";
  if (stem.back() != U't') return stem + U'd';
  if (stem.size() < 2) return stem + U"ɪd";
  if (is_tapped(stem)) return stem.substr(0, stem.size() - 1) + U"ɾᵻd";
  return stem + U"ᵻd";
}

Phones Lexicon::progressive(Phones stem) {
  if (stem.empty()) return stem;
  if (is_tapped(stem)) return stem.substr(0, stem.size() - 1) + U"ɾɪŋ";
  return stem + U"ɪŋ";
}

}  // namespace decibit::text::en
