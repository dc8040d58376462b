// SPDX-License-Identifier: Apache-2.0
#include "text/en/tagger.h"

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
      lower_.push_back(piece.phones && piece.tag == Tag::kPunctuation ? std::string()
                                                                      : ascii_lower(piece.text));
    }
  }
  [[nodiscard]] std::string_view at(std::size_t i, int offset = 0) const {
    const auto place = static_cast<std::ptrdiff_t>(i) + offset;
    if (place < 0 || place >= static_cast<std::ptrdiff_t>(lower_.size())) return {};
    return lower_[static_cast<std::size_t>(place)];
  }
  // The nearest word to the left that is no adverb: what governs this one.
  [[nodiscard]] std::string_view governor(std::size_t i) const {
    int offset = -1;
    while (offset > -4 && is_adverb(at(i, offset))) --offset;
    return at(i, offset);
  }

 private:
  std::vector<std::string> lower_;
};

// Verbs that make "in" a part of themselves: come in, called in.
bool takes_particle(std::string_view word) {
  for (std::string_view verb : {"come", "came", "comes", "coming", "go", "went", "gone", "walk", "walked", "call",
                                "called", "gave", "give", "given", "set", "let", "bring", "brought", "break", "broke",
                                "taken", "took", "getting", "sent", "join", "joined", "put", "ushered", "moved"}) {
    if (word == verb) return true;
  }
  return false;
}

bool starts_clause(std::string_view before) {
  return before.empty() || before == "and" || before == "but" || before == "or" || before == "if" ||
         before == "when" || before == "for" || before == "because" || before == "then";
}

// "that" with stress is a word for a thing, without it joins clauses.
Tag tag_that(const Sentence& s, std::size_t i) {
  const std::string_view before = s.at(i, -1);
  const std::string_view after = s.at(i, 1);
  if (after.empty()) return Tag::kDT;
  if (is_preposition(before) && before != "than" && before != "as") return Tag::kDT;
  const bool verb_follows = is_be(after) || is_modal(after) || is_have(after);
  if (verb_follows) return starts_clause(before) ? Tag::kDT : Tag::kWDT;
  if (is_function_word(after) || is_number_word(after)) return Tag::kIN;
  return Tag::kIN;
}

Tag tag_in(const Sentence& s, std::size_t i) {
  const std::string_view after = s.at(i, 1);
  const bool alone = after == "and" || after == "to" || after == "with" || after == "at" || after == "on";
  return takes_particle(s.at(i, -1)) && alone ? Tag::kRP : Tag::kIN;
}

Tag tag_by(const Sentence& s, std::size_t i) {
  const std::string_view after = s.at(i, 1);
  return after.empty() || (after == "and" && s.at(i, 2) == "by") || (after != "the" && s.at(i, -1) == "and" && s.at(i, -2) == "by")
             ? Tag::kRB
             : Tag::kIN;
}

// The letter or the article.
Tag tag_a(const Piece& piece, const Sentence& s, std::size_t i) {
  if (s.at(i, 1).empty()) return Tag::kNN;
  return piece.text == "A" && i > 0 && !s.at(i, -1).empty() && is_function_word(s.at(i, 1)) ? Tag::kNN : Tag::kDT;
}

Tag past_or_present(const Sentence& s, std::size_t i, std::string_view governor) {
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

// Noun, verb or adjective, by what stands before and behind.
Tag tag_open_class(const Sentence& s, std::size_t i) {
  const std::string_view word = s.at(i);
  const std::string_view before = s.at(i, -1);
  const std::string_view governor = s.governor(i);
  const std::string_view after = s.at(i, 1);
  const bool plural = ends_with(word, "s") && !ends_with(word, "ss");
  if (ends_with(word, "ing")) return is_determiner(before) ? Tag::kNN : Tag::kVBG;
  if (governor == "to" || is_modal(governor)) return plural ? Tag::kNNS : Tag::kVB;
  if (is_determiner(before) || is_number_word(before) || ends_with(before, "'s")) {
    if (!plural && looks_like_noun(after)) return Tag::kJJ;
    return plural ? Tag::kNNS : Tag::kNN;
  }
  if (is_be(governor)) return Tag::kJJ;
  if (is_have(governor)) return Tag::kVBN;
  if (is_third_person(governor)) return plural ? Tag::kVBZ : Tag::kVBD;
  if (is_subject(governor)) return Tag::kVBP;
  if (is_preposition(governor)) return looks_like_noun(after) && !plural ? Tag::kJJ : plural ? Tag::kNNS : Tag::kNN;
  const bool object_follows = is_determiner(after) || is_object(after);
  if (object_follows) return plural ? Tag::kVBZ : Tag::kVB;
  if (ends_with(word, "ly")) return Tag::kRB;
  if (ends_with(word, "ed")) return Tag::kVBD;
  return plural ? Tag::kNNS : Tag::kNN;
}

bool has_small_letter(std::string_view text) {
  for (char c : text) {
    if (c >= 'a' && c <= 'z') return true;
  }
  return false;
}
bool starts_with_capital(std::string_view text) { return !text.empty() && text[0] >= 'A' && text[0] <= 'Z'; }

Tag tag_of(const std::vector<Piece>& pieces, const Sentence& s, std::size_t i, bool shouting) {
  const Piece& piece = pieces[i];
  const std::string_view word = s.at(i);
  const bool capitals = starts_with_capital(piece.text) && !has_small_letter(piece.text);
  if (word == "a") return tag_a(piece, s, i);
  if (word == "i") return Tag::kPRP;
  if (capitals && piece.text.size() > 1 && !shouting) return Tag::kNNP;
  if (word == "that") return tag_that(s, i);
  if (word == "in") return tag_in(s, i);
  if (word == "by") return tag_by(s, i);
  if (word == "to") return Tag::kTO;
  if (word == "the" || word == "an") return Tag::kDT;
  if (word == "vs") return Tag::kIN;
  if (word == "am") return Tag::kVBP;
  if (is_number_word(word) && word[0] <= '9') return Tag::kCD;
  const std::string_view governor = s.governor(i);
  if (word == "read" || word == "reread" || word == "wound") return past_or_present(s, i, governor);
  if (word == "used") return is_be(governor) || is_have(governor) ? Tag::kVBN : Tag::kVBD;
  return tag_open_class(s, i);
}

}  // namespace

void tag_pieces(std::vector<Piece>& pieces) {
  const Sentence sentence(pieces);
  bool shouting = true;
  for (const Piece& piece : pieces) shouting = shouting && !has_small_letter(piece.text);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].tag == Tag::kNone) pieces[i].tag = tag_of(pieces, sentence, i, shouting);
  }
}

}  // namespace decibit::text::en
