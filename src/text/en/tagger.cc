// SPDX-License-Identifier: Apache-2.0
#include "text/en/tagger.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "text/en/word_classes.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

bool ends_with(std::string_view word, std::string_view end) {
  return word.size() >= end.size() && word.substr(word.size() - end.size()) == end;
}

// A word among its neighbours; punctuation and the ends of the text are empty words.
class Sentence {
 public:
  explicit Sentence(const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces) {
      const bool mark = piece.tag == Tag::kPunctuation;
      lower_.push_back(mark ? std::string() : ascii_lower(piece.text));
      capital_.push_back(!piece.text.empty() && piece.text[0] >= 'A' && piece.text[0] <= 'Z');
      marks_.push_back(mark ? piece.text : std::string());
    }
  }
  [[nodiscard]] std::string_view at(std::size_t i, int offset = 0) const {
    const auto place = static_cast<std::ptrdiff_t>(i) + offset;
    if (place < 0 || place >= static_cast<std::ptrdiff_t>(lower_.size())) return {};
    return lower_[static_cast<std::size_t>(place)];
  }
  // The punctuation there, empty if it is a word; a full stop at both ends of the text.
  [[nodiscard]] std::string_view mark(std::size_t i, int offset) const {
    const auto place = static_cast<std::ptrdiff_t>(i) + offset;
    if (place < 0 || place >= static_cast<std::ptrdiff_t>(marks_.size())) return ".";
    return marks_[static_cast<std::size_t>(place)];
  }
  [[nodiscard]] bool capital(std::size_t i, int offset) const {
    const auto place = static_cast<std::ptrdiff_t>(i) + offset;
    return place >= 0 && place < static_cast<std::ptrdiff_t>(capital_.size()) &&
           capital_[static_cast<std::size_t>(place)];
  }
  // The nearest word to the left that is no adverb: what governs this one.
  [[nodiscard]] std::string_view governor(std::size_t i) const {
    int offset = -1;
    while (offset > -4 && is_adverb(at(i, offset))) --offset;
    return at(i, offset);
  }

 private:
  std::vector<std::string> lower_;
  std::vector<std::string> marks_;
  std::vector<bool> capital_;
};

bool is_in(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Verbs that make "in" a part of themselves: come in, called in.
bool takes_particle(std::string_view word) {
  return is_in(
      word, {"come",   "came",   "comes",   "coming",  "go",      "went",    "gone",    "going",
             "walk",   "walked", "call",    "called",  "gave",    "give",    "given",   "set",
             "let",    "bring",  "brought", "break",   "broke",   "taken",   "took",    "getting",
             "sent",   "join",   "joined",  "put",     "ushered", "moved",   "move",    "plug",
             "log",    "logged", "check",   "checked", "step",    "stepped", "passing", "jump",
             "jumped", "fill",   "filled",  "sign",    "signed"});
}

bool starts_clause(const Sentence& s, std::size_t i) {
  const std::string_view before = s.at(i, -1);
  return before.empty() ||
         is_in(before,
               {"and",  "but", "or",  "if",   "when",     "for",     "because", "then", "as",
                "than", "so",  "how", "what", "whenever", "however", "will",    "can",  "did",
                "does", "do",  "is",  "was",  "though",   "think",   "believe", "say",  "guess"});
}

// Words that are counted or dated when "that" stands before them.
bool follows_pointing_that(std::string_view word) {
  return is_in(
      word,
      {"day",    "evening", "morning", "night", "week",   "year",  "hour",  "moment",  "time",
       "way",    "house",   "room",    "lady",  "man",    "woman", "young", "little",  "gentleman",
       "place",  "point",   "purpose", "kind",  "sort",   "event", "very",  "idea",    "subject",
       "thing",  "old",     "boy",     "girl",  "person", "word",  "end",   "part",    "case",
       "same",   "period",  "dear",    "poor",  "letter", "style", "month", "summer",  "door",
       "table",  "book",    "song",    "money", "guy",    "movie", "game",  "problem", "question",
       "reason", "stuff",   "dog",     "car",   "bad",    "far",   "big",   "hard"});
}

// "that" with stress points at a thing, without it joins clauses.
Tag tag_that(const Sentence& s, std::size_t i, std::string_view after) {
  const std::string_view before = s.at(i, -1);
  if (after.empty()) {
    const std::string_view mark = s.mark(i, 1);
    if (mark == "\"" || mark == "(" || mark == "“") return Tag::kIN;
    return mark == "," && !is_preposition(before) && before != "all" && before != "to" ? Tag::kIN
                                                                                       : Tag::kDT;
  }
  const bool adverb = is_in(before, {"than", "as", "out", "over", "up", "down", "off", "along"});
  if (before == "to" || (is_preposition(before) && !adverb)) return Tag::kDT;
  if (is_be(after) || is_modal(after) || is_have(after))
    return starts_clause(s, i) ? Tag::kDT : Tag::kWDT;
  if (is_in(after, {"of", "to", "for", "at", "from"})) return Tag::kDT;
  if (before == "all" && is_preposition(after)) return Tag::kDT;
  if (follows_pointing_that(after) && !s.capital(i, 1) &&
      !is_in(before, {"so", "know", "say", "said", "knew", "sure"}))
    return Tag::kDT;
  if (i == 0 || s.mark(i, -1) == "\"") {
    return is_function_word(after) || s.capital(i, 1) || !s.capital(i, 0) ? Tag::kIN : Tag::kDT;
  }
  return Tag::kIN;
}

Tag tag_in(const Sentence& s, std::size_t i) {
  const bool alone = is_in(s.at(i, 1), {"and", "to", "with", "at", "on", "for", "from", "while",
                                        "then", "when", "again"});
  const bool verb = takes_particle(s.at(i, -1)) || (s.at(i, -1) == "look" && s.at(i, 1) == "at");
  const bool always = is_in(s.at(i, 1), {"from", "again", "while", "as", "when", "then"});
  return always || (verb && alone) ? Tag::kRP : Tag::kIN;
}

Tag tag_by(const Sentence& s, std::size_t i) {
  const std::string_view after = s.at(i, 1);
  return after.empty() || (after == "and" && s.at(i, 2) == "by") ||
                 (after != "the" && s.at(i, -1) == "and" && s.at(i, -2) == "by")
             ? Tag::kRB
             : Tag::kIN;
}

// The letter or the article.
Tag tag_a(const Piece& piece, const Sentence& s, std::size_t i) {
  if (s.at(i, 1).empty()) return s.mark(i, 1) == "\"" || s.mark(i, 1) == "'" ? Tag::kDT : Tag::kNN;
  const bool joined_to_word =
      s.at(i, 1) == "-" && s.at(i, 2).size() > 1 && piece.text == "a";  // five hundred a-year
  if ((!piece.space_after && !joined_to_word) || is_be(s.at(i, 1)) || is_modal(s.at(i, 1)))
    return Tag::kNN;
  if (is_in(s.at(i, 1),
            {"equals", "plus", "minus", "times", "squared", "&", "+", "and", "or", "dash", "dot"}))
    return Tag::kNN;
  if (s.at(i, 1).size() == 1 && s.capital(i, 1) && piece.text == "A") return Tag::kNN;
  // In the middle of a sentence a capital is the letter, except in titles: It's A Wonderful Life.
  if (piece.text == "A" && !s.at(i, -1).empty()) return s.capital(i, 1) ? Tag::kDT : Tag::kNN;
  return Tag::kDT;
}

Tag past_or_present(const Sentence& s, std::size_t i, std::string_view governor) {
  if (is_subject(governor) && is_modal(s.at(i, -2))) return Tag::kVB;  // did you read
  if (governor == "to" || is_modal(governor)) return Tag::kVB;
  if (is_have(governor) || is_be(governor)) return Tag::kVBN;
  if (is_third_person(governor)) return Tag::kVBD;
  if (is_subject(governor)) return Tag::kVBP;
  if (is_determiner(governor)) return Tag::kNN;
  if (governor.empty()) return Tag::kVB;
  if (is_preposition(governor)) return Tag::kNN;
  return s.at(i, 1) == "by" || !is_function_word(governor) ? Tag::kVBD : Tag::kVB;
}

bool looks_like_noun(std::string_view word) { return !word.empty() && !is_function_word(word); }
bool looks_like_adjective(std::string_view word) {
  for (std::string_view ending :
       {"ful", "ous", "al", "ive", "able", "ible", "ic", "less", "ish", "ary", "ent", "ant"}) {
    if (word.size() > ending.size() + 2 && ends_with(word, ending)) return true;
  }
  return is_in(word, {"good", "great",  "new",   "old",   "little", "long", "early", "first",
                      "last", "next",   "young", "small", "large",  "big",  "high",  "low",
                      "best", "better", "own",   "same",  "dear",   "poor", "daily"});
}

// Words whose usual class is not the one that their surroundings suggest, or that have a rule of
// their own.
std::optional<Tag> tag_by_habit(const Sentence& s, std::size_t i) {
  const std::string_view word = s.at(i);
  const std::string_view before = s.at(i, -1);
  const std::string_view governor = s.governor(i);
  const std::string_view after = s.at(i, 1);
  const bool verb_before = governor == "to" || is_modal(governor) || is_subject(governor);
  if (word == "minute") {
    const bool tiny = is_in(
        after, {"detail", "details", "amount", "amounts", "particle", "particles", "particulars",
                "examination", "inquiry", "fraction", "difference", "differences", "quantities"});
    return tiny || (is_in(before, {"very", "most", "so", "too"}) && after != "or") ? Tag::kJJ
                                                                                   : Tag::kNN;
  }
  if (word == "close") {
    if (verb_before || (before.empty() && is_determiner(after))) return Tag::kVB;
    return is_determiner(before) && !looks_like_noun(after) ? Tag::kNN : Tag::kJJ;
  }
  if (word == "live") {
    if (is_be(before) ||
        ((is_determiner(before) || is_preposition(before)) && looks_like_noun(after)))
      return Tag::kJJ;
    return after.empty() && !verb_before && !is_conjunction(before) ? Tag::kJJ : Tag::kVB;
  }
  if (word == "lived") return Tag::kVBD;
  if (word == "lives") {
    const bool noun = is_determiner(before) || is_preposition(before) || is_number_word(before) ||
                      is_have(before) || ends_with(before, "'s") || ends_with(before, "s'") ||
                      looks_like_adjective(before) || before == "saved";
    return noun ? Tag::kNNS : Tag::kVBZ;
  }
  if (word == "learned" || word == "unlearned") {
    return is_determiner(before) || is_be(before) || before == "very" ? Tag::kJJ : Tag::kVBD;
  }
  if (is_in(word, {"use", "abuse", "excuse", "increase"}) && is_be(before)) return Tag::kNN;
  return std::nullopt;
}

// Noun, verb or adjective, by what stands before and behind. kNone, the entry's usual reading,
// without evidence.
Tag tag_open_class(const Sentence& s, std::size_t i) {
  if (const auto habit = tag_by_habit(s, i)) return *habit;
  const std::string_view word = s.at(i);
  const std::string_view before = s.at(i, -1);
  const std::string_view governor = s.governor(i);
  const std::string_view after = s.at(i, 1);
  const bool plural = ends_with(word, "s") && !ends_with(word, "ss");
  const Tag noun = plural ? Tag::kNNS : Tag::kNN;
  const bool relative = is_in(after, {"which", "what", "that"});
  const bool object_follows = (is_determiner(after) && !relative) || is_object(after);
  if (ends_with(word, "ing")) return is_determiner(before) ? Tag::kNN : Tag::kVBG;
  if (ends_with(word, "ed"))
    return is_determiner(before) && looks_like_noun(after) ? Tag::kJJ : Tag::kVBD;
  if (governor == "to" || is_modal(governor)) return plural ? Tag::kNNS : Tag::kVB;
  if (before == "her" && object_follows) return Tag::kVB;
  if (is_determiner(before) || is_number_word(before) || ends_with(before, "'s")) {
    return !plural && looks_like_noun(after) ? Tag::kJJ : noun;
  }
  if (is_be(governor)) return plural ? Tag::kNNS : Tag::kJJ;
  if (is_have(governor)) return plural || word != "upset" ? noun : Tag::kVBN;
  if (is_subject(governor) && is_modal(s.at(i, -2))) return Tag::kVB;
  if (is_third_person(governor)) return plural ? Tag::kVBZ : Tag::kVBD;
  if (is_subject(governor)) return Tag::kVBP;
  if (is_preposition(governor)) return looks_like_noun(after) && !plural ? Tag::kJJ : noun;
  if (after == "of" || looks_like_adjective(before)) return noun;
  if (object_follows) return plural ? Tag::kVBZ : Tag::kVB;
  if (ends_with(word, "ly")) return Tag::kRB;
  return Tag::kNone;
}

bool has_small_letter(std::string_view text) {
  for (char c : text) {
    if (c >= 'a' && c <= 'z') return true;
  }
  return false;
}
bool starts_with_capital(std::string_view text) {
  return !text.empty() && text[0] >= 'A' && text[0] <= 'Z';
}

Tag tag_of(const std::vector<Piece>& pieces, const Sentence& s, std::size_t i, bool shouting) {
  const Piece& piece = pieces[i];
  const std::string_view word = s.at(i);
  const bool capitals = starts_with_capital(piece.text) && !has_small_letter(piece.text);
  if (word == "a") return tag_a(piece, s, i);
  if (word == "i") return Tag::kPRP;
  const bool emphasised = is_function_word(word) && word != "us" && word != "it";
  if (capitals && piece.text.size() > 1 && !shouting && !emphasised) return Tag::kNNP;
  if (word == "that") return tag_that(s, i, s.at(i, 1));
  if (word == "that's") return tag_that(s, i, "is");
  if (word == "in") return tag_in(s, i);
  if (word == "by") return tag_by(s, i);
  if (word == "to") return Tag::kTO;
  if (word == "the" || word == "an") return Tag::kDT;
  if (word == "vs") return Tag::kIN;
  if (word == "am") return Tag::kVBP;
  if (is_number_word(word) && word[0] <= '9') return Tag::kCD;
  const std::string_view governor = s.governor(i);
  if (word == "read" || word == "reread" || word == "wound") return past_or_present(s, i, governor);
  if (word == "used") {
    // Used to a thing: accustomed. Used to do a thing: employed for it.
    const std::string_view object = s.at(i, 2);
    const bool accustomed = is_determiner(object) || is_object(object) || ends_with(object, "ing");
    return (is_be(governor) || is_have(governor)) && !accustomed ? Tag::kVBN : Tag::kVBD;
  }
  // None of their readings is a noun's: HE is he with stress, not two letters.
  if (is_function_word(word)) return Tag::kNone;
  return tag_open_class(s, i);
}

}  // namespace

void tag_pieces(std::vector<Piece>& pieces) {
  const Sentence sentence(pieces);
  // A text of capitals only says nothing about which words are names.
  std::size_t words = 0;
  bool shouting = true;
  for (const Piece& piece : pieces) {
    words += starts_with_capital(piece.text);
    shouting = shouting && !has_small_letter(piece.text);
  }
  shouting = shouting && words > 2;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].tag == Tag::kNone) pieces[i].tag = tag_of(pieces, sentence, i, shouting);
  }
}

}  // namespace decibit::text::en
