// SPDX-License-Identifier: Apache-2.0
#include "text/en/word_classes.h"

namespace decibit::text::en {
namespace {

// Whether `word` is one of the words of `list`, which are separated and surrounded by single
// spaces.
bool listed(std::string_view list, std::string_view word) {
  if (word.empty()) return false;
  for (std::size_t at = list.find(word); at != std::string_view::npos;
       at = list.find(word, at + 1)) {
    if (list[at - 1] == ' ' && list[at + word.size()] == ' ') return true;
  }
  return false;
}

}  // namespace

bool is_possessive(std::string_view word) {
  return listed(" my your his her its our their whose thy ", word);
}
bool is_determiner(std::string_view word) {
  return is_possessive(word) ||
         listed(
             " the a an this these those that every each no some any another either neither all "
             "both "
             "what which such many few several much more most less own other ",
             word);
}
bool is_subject(std::string_view word) {
  return listed(" i you we they who thou ye there ", word) || is_third_person(word);
}
bool is_third_person(std::string_view word) { return listed(" he she it ", word); }
bool is_object(std::string_view word) {
  return listed(" me him them us it you her himself herself myself themselves itself yourself one ",
                word);
}
bool is_preposition(std::string_view word) {
  return listed(
      " of in on at by for with from into upon about after before under over between through "
      "during "
      "without within against among towards toward behind beyond near beside besides despite since "
      "until till like per as than via off out up down across along around above below onto ",
      word);
}
bool is_conjunction(std::string_view word) {
  return listed(
      " and or but nor because if when while where whether though although unless until so as than "
      "since that which who whom why how yet ",
      word);
}
bool is_modal(std::string_view word) {
  return listed(
      " can could will would shall should may might must cannot can't couldn't won't wouldn't "
      "shan't "
      "shouldn't mustn't mightn't do does did don't doesn't didn't let let's i'll you'll he'll "
      "she'll "
      "it'll we'll they'll i'd you'd he'd she'd we'd they'd dare need ought needn't help please ",
      word);
}
bool is_be(std::string_view word) {
  return listed(
      " be am is are was were been being isn't aren't wasn't weren't i'm you're he's she's it's "
      "we're "
      "they're that's there's ain't ",
      word);
}
bool is_have(std::string_view word) {
  return listed(" have has had having haven't hasn't hadn't i've you've we've they've ", word);
}
bool is_adverb(std::string_view word) {
  if (word.size() > 4 && word.substr(word.size() - 2) == "ly" &&
      !listed(" family only early reply supply ", word)) {
    return true;
  }
  return listed(
      " not never always ever also just only still often so very quite too then now rather almost "
      "even "
      "already soon again here there once thus really perhaps n't well ",
      word);
}
bool is_number_word(std::string_view word) {
  return listed(
             " one two three four five six seven eight nine ten eleven twelve twenty thirty forty "
             "fifty "
             "hundred thousand million billion first second third ",
             word) ||
         (!word.empty() && word[0] >= '0' && word[0] <= '9');
}
bool is_function_word(std::string_view word) {
  return is_determiner(word) || is_subject(word) || is_object(word) || is_preposition(word) ||
         is_conjunction(word) || is_modal(word) || is_be(word) || is_have(word) ||
         is_adverb(word) || word == "to";
}

}  // namespace decibit::text::en
