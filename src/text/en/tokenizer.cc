// SPDX-License-Identifier: Apache-2.0
// Where misaki asks spaCy for tokens and a tagger for what a quote mark is, this goes by the place
// of the mark: before a word it opens, behind one it closes, unless it is the apostrophe of 'tis or
// of the boys'.
#include "text/en/tokenizer.h"

#include <string>

#include "text/en/lexicon_table.h"
#include "text/en/subtokens.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

bool is_apostrophe(char32_t c) { return c == U'\'' || c == U'‘' || c == U'’'; }
bool is_word_character(char32_t c) { return is_letter(c) || is_digit(c) || is_mark(c); }
bool is_override(char32_t c) { return c >= kFirstOverride && c <= kOverrideEnd; }

// What joins the characters on both sides to one word; misaki reads them or leaves them out.
bool is_joint(char32_t c) { return is_one_of(c, U"-_/&@+%."); }

// The symbol that a mark is read as, 0 if none.
char32_t mark_symbol(char32_t c) {
  switch (c) {
    case U',':
    case U';':
    case U':':
    case U'.':
    case U'!':
    case U'?':
    case U'—':
    case U'…':
      return c;
    case U'(':
    case U'[':
    case U'{':
      return U'(';
    case U')':
    case U']':
    case U'}':
      return U')';
    case U'–':
    case U'―':
    case U'‒':
      return U'—';
    case U'“':
    case U'«':
    case U'„':
      return U'“';
    case U'”':
    case U'»':
      return U'”';
    case U'¿':
    case U'¡':
      return U' ';
    default:
      return 0;
  }
}

std::string with_ascii_apostrophes(std::u32string_view text) {
  std::u32string plain(text);
  for (char32_t& c : plain) {
    if (is_apostrophe(c)) c = U'\'';
  }
  return encode_utf8(plain);
}

class Tokenizer {
 public:
  Tokenizer(std::u32string_view text, const std::vector<Override>& overrides,
            std::vector<char32_t>* dropped)
      : text_(text), overrides_(overrides), dropped_(dropped) {}

  std::vector<Piece> run() {
    while (at_ < text_.size()) step();
    return std::move(pieces_);
  }

 private:
  void step() {
    const char32_t c = text_[at_];
    if (is_space(c)) {
      if (!pieces_.empty()) pieces_.back().space_after = true;
      ++at_;
    } else if (c == kOverrideEnd) {
      style_ = nullptr;
      ++at_;
    } else if (is_override(c)) {
      apply_override(c);
      ++at_;
    } else if (is_word_character(c)) {
      take_word();
    } else if (is_apostrophe(c)) {
      take_apostrophe(c);
    } else {
      take_mark(c);
    }
  }

  [[nodiscard]] char32_t ahead(std::size_t distance) const {
    return at_ + distance < text_.size() ? text_[at_ + distance] : U' ';
  }
  [[nodiscard]] bool behind_word() const { return at_ > 0 && is_word_character(text_[at_ - 1]); }
  [[nodiscard]] bool after_space() const {
    return at_ == 0 || is_space(text_[at_ - 1]) || is_one_of(text_[at_ - 1], U"([{—–“\"‘-");
  }

  void add(std::string text, std::optional<Phones> phones) {
    Piece piece;
    piece.text = std::move(text);
    if (phones) piece.tag = Tag::kPunctuation;
    piece.phones = std::move(phones);
    if (style_ != nullptr) {
      piece.stress = style_->stress;
      piece.flags = style_->flags;
    }
    pieces_.push_back(std::move(piece));
  }

  void apply_override(char32_t c) {
    const std::size_t index = c - kFirstOverride;
    if (index >= overrides_.size()) return;
    const Override& override = overrides_[index];
    if (!override.phones) {
      style_ = &override;
      return;
    }
    add(override.text, override.phones);
    pieces_.back().tag = Tag::kNN;
  }

  // Letters and digits, with what joins them.
  void take_word(std::size_t leading = 0) {
    std::size_t end = at_ + leading;
    while (end < text_.size()) {
      const char32_t c = text_[end];
      const bool more = end + 1 < text_.size() && is_word_character(text_[end + 1]);
      const bool joint = c != U'.' && is_joint(c) && (more || c == U'%');
      const bool thousands =
          c == U',' && more && is_digit(text_[end + 1]) && is_digit(text_[end - 1]);
      if (is_apostrophe(c) && more) {
        end += 2;
      } else if (is_word_character(c) || joint || thousands || (c == U'.' && dot_belongs(end))) {
        ++end;
      } else {
        break;
      }
    }
    if (end < text_.size() && is_apostrophe(text_[end]) && closes_possessive(end)) ++end;
    add_run(text_.substr(at_, end - at_));
    at_ = end;
  }

  // 3.14, U.S., e.g., Mr. and initials: the dot is no full stop.
  [[nodiscard]] bool dot_belongs(std::size_t dot) const {
    if (dot + 1 < text_.size() && is_digit(text_[dot + 1])) return is_digit(text_[dot - 1]);
    std::size_t begin = dot;
    while (begin > at_ && (is_letter(text_[begin - 1]) || text_[begin - 1] == U'.')) --begin;
    if (dot - begin > 40) return false;
    const std::u32string_view word = text_.substr(begin, dot - begin);
    const bool letter_follows = dot + 1 < text_.size() && is_letter(text_[dot + 1]);
    const std::size_t last_dot = word.rfind(U'.');
    const std::size_t run =
        last_dot == std::u32string_view::npos ? word.size() : word.size() - last_dot - 1;
    if (letter_follows) return run <= 2 && following_run(dot + 1) <= 2 && run > 0;
    if (word == U"a.m" || word == U"p.m")
      return !ends_sentence(dot) && !is_digit(next_visible(dot));
    if (last_dot != std::u32string_view::npos) return run <= 2 && !ends_sentence(dot);
    if (word.size() == 1 && is_upper(word[0]) && word != U"I")
      return !ends_sentence(dot) && is_initial(begin, dot);
    const std::string with_dot = encode_utf8(word) + '.';
    if (with_dot == "No." || ends_sentence(dot)) return false;
    if (with_dot == "etc." && (is_upper(next_visible(dot)) || is_digit(next_visible(dot))))
      return false;
    return us_gold().contains(with_dot);
  }

  [[nodiscard]] std::size_t following_run(std::size_t begin) const {
    std::size_t end = begin;
    while (end < text_.size() && end - begin < 4 && is_letter(text_[end])) ++end;
    return end - begin;
  }

  // J. Smith, George W. Bush, Colonel F. is: no sentence begins behind it, or a name came before
  // it.
  [[nodiscard]] bool is_initial(std::size_t letter, std::size_t dot) const {
    std::size_t next = dot + 1;
    while (next < text_.size() && is_space(text_[next])) ++next;
    if (next < text_.size() && !is_upper(text_[next])) return true;
    std::size_t before = letter;
    while (before > 0 && (is_space(text_[before - 1]) || text_[before - 1] == U'.')) --before;
    const std::size_t end = before;
    while (before > 0 && end - before < 20 && is_letter(text_[before - 1])) --before;
    return before == end || is_upper(text_[before]);
  }

  // The first character behind a dot and spaces.
  [[nodiscard]] char32_t next_visible(std::size_t dot) const {
    std::size_t next = dot + 1;
    while (next < text_.size() && is_space(text_[next])) ++next;
    return next < text_.size() ? text_[next] : U' ';
  }

  // A dot behind which only closing marks and the end of the line follow.
  [[nodiscard]] bool ends_sentence(std::size_t dot) const {
    std::size_t next = dot + 1;
    while (next < text_.size() && is_one_of(text_[next], U"\"'”’)]} ")) ++next;
    return next == text_.size() || text_[next] == U'\n';
  }

  // boys' and the like, unless a single quote is open.
  [[nodiscard]] bool closes_possessive(std::size_t at) const {
    return open_singles_ == 0 &&
           (text_[at - 1] == U's' || text_[at - 1] == U'S' || text_[at - 1] == U'n' ||
            us_gold().contains(ascii_lower(encode_utf8(text_.substr(at_, at - at_)) + '\'')));
  }

  // What the word lists do not have whole is cut at its apostrophe: should've, who're, O'Brien.
  void add_run(std::u32string_view run) {
    const std::size_t begin = prefix(run);
    if (begin > 0)
      add_sound(run.substr(0, begin),
                to_lower(run[0]) == U'o' ? U"O" : Phones(1, to_lower(run[0])));
    run.remove_prefix(begin);
    const std::size_t end = clitic(run);
    if (end == run.size()) {
      for (const std::u32string& part : subtokens(run))
        add(with_ascii_apostrophes(part), std::nullopt);
      return;
    }
    add_run(run.substr(0, end));
    const char32_t first = to_lower(run[end + 1]);
    add_sound(run.substr(end), first == U'v' ? U"əv" : first == U'l' ? U"əl" : U"əɹ");
  }

  void add_sound(std::u32string_view run, Phones phones) {
    add(with_ascii_apostrophes(run), std::move(phones));
    pieces_.back().tag = Tag::kVB;
  }

  static bool is_listed(std::u32string_view run) {
    const std::string word = ascii_lower(with_ascii_apostrophes(run));
    return us_gold().contains(word) || us_silver().contains(word);
  }

  // Where 've, 'll or 're begins, the end of the run if it has none or is a word of the lists.
  static std::size_t clitic(std::u32string_view run) {
    if (run.size() < 4 || run.size() > 60 || !is_apostrophe(run[run.size() - 3])) return run.size();
    const std::string end = ascii_lower(encode_utf8(run.substr(run.size() - 2)));
    if ((end != "ve" && end != "ll" && end != "re") || is_listed(run)) return run.size();
    return run.size() - 3;
  }

  // O' and d' before a name.
  static std::size_t prefix(std::u32string_view run) {
    if (run.size() < 5 || run.size() > 60 || !is_apostrophe(run[1]) || !is_letter(run[2]) ||
        !is_letter(run[3]))
      return 0;
    return is_one_of(run[0], U"OoDdLl") && !is_listed(run) ? 2 : 0;
  }

  // 'tis, 'em, '90s: the apostrophe stands for letters.
  [[nodiscard]] bool is_elision() const {
    std::size_t end = at_ + 1;
    while (end < text_.size() && end - at_ < 20 && is_letter(text_[end])) ++end;
    if (end == at_ + 1)
      return is_digit(ahead(1)) && is_digit(ahead(2)) && !is_digit(ahead(3)) && text_[at_] != U'‘';
    if (end < text_.size() && is_apostrophe(text_[end])) return false;
    const std::string word = ascii_lower("'" + encode_utf8(text_.substr(at_ + 1, end - at_ - 1)));
    return word.size() > 2 && us_gold().contains(word);
  }

  void take_apostrophe(char32_t c) {
    // Rock 'n' roll.
    if (after_space() && to_lower(ahead(1)) == U'n' && is_apostrophe(ahead(2)) &&
        is_space(ahead(3))) {
      add("'n'", std::nullopt);
      at_ += 3;
      return;
    }
    if (after_space() && is_word_character(ahead(1)) && is_elision()) {
      if (is_digit(ahead(1))) {
        ++at_;  // '90s is read as the number
      } else {
        take_word(1);
      }
      return;
    }
    if (after_space() && c != U'’' && !is_space(ahead(1))) {
      ++open_singles_;
      add(encode_utf8(c), U"“");
    } else {
      if (open_singles_ > 0) --open_singles_;
      add(encode_utf8(c), U"”");
    }
    ++at_;
  }

  // -5, .5, -.5
  [[nodiscard]] bool is_signed_number(char32_t c) const {
    if (!after_space()) return false;
    return ((c == U'-' || c == U'.') && is_digit(ahead(1))) ||
           (c == U'-' && ahead(1) == U'.' && is_digit(ahead(2)));
  }

  void take_mark(char32_t c) {
    if (c == U'"') {
      const bool opens = after_space() && !is_space(ahead(1));
      add("\"", opens ? U"“" : U"”");
    } else if (is_signed_number(c)) {
      take_word(1);
      return;
    } else if (c == U'-') {
      // Between spaces a dash; doubled ones were made one by the normalizer.
      add("-", after_space() && is_space(ahead(1)) ? U"—" : U"");
    } else if (const char32_t symbol = mark_symbol(c); symbol != 0) {
      add(encode_utf8(c), symbol == U' ' ? Phones() : Phones(1, symbol));
    } else if (c == U'%' || c == U'&' || c == U'+' || c == U'@') {
      add(std::string(1, static_cast<char>(c)), std::nullopt);
    } else if (c == U'/' || c == U'_') {
      add(std::string(1, static_cast<char>(c)), U"");
    } else {
      dropped_->push_back(c);
      if (!pieces_.empty() && is_space(ahead(1))) pieces_.back().space_after = true;
    }
    ++at_;
  }

  std::u32string_view text_;
  const std::vector<Override>& overrides_;
  std::vector<char32_t>* dropped_;
  std::vector<Piece> pieces_;
  const Override* style_ = nullptr;
  std::size_t at_ = 0;
  int open_singles_ = 0;
};

}  // namespace

std::vector<Piece> tokenize(std::u32string_view text, const std::vector<Override>& overrides,
                            std::vector<char32_t>* dropped) {
  return Tokenizer(text, overrides, dropped).run();
}

}  // namespace decibit::text::en
