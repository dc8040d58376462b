// SPDX-License-Identifier: Apache-2.0
#include "text/en/word_reader.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "text/en/lexicon.h"
#include "text/en/number_reading.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

// A run of pieces longer than this is read in parts: the search below is quadratic in it.
constexpr std::size_t kMaxGroup = 16;
// No list has a word near this length; longer ones only cost time.
constexpr std::size_t kMaxWord = 100;

bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
bool is_junk(std::string_view text) {
  return text.find_first_not_of("',-._/") == std::string_view::npos;
}

// "2" between letters is "to": B2B.
bool is_to(const std::vector<Piece>& pieces, std::size_t i) {
  if (pieces[i].text != "2" || i == 0 || i + 1 == pieces.size()) return false;
  if (pieces[i].space_after || pieces[i - 1].space_after) return false;
  const std::string& before = pieces[i - 1].text;
  const std::string& after = pieces[i + 1].text;
  return !before.empty() && !after.empty() && is_ascii_letter(before.back()) &&
         is_ascii_letter(after.front());
}

std::vector<WordGroup> group(std::vector<Piece>& pieces) {
  std::vector<WordGroup> groups;
  bool open = false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Piece& piece = pieces[i];
    const bool to = is_to(pieces, i);
    if (to) piece.text = "to";
    const bool alone = to || piece.phones.has_value();
    if (open && !alone && groups.back().end - groups.back().begin < kMaxGroup) {
      piece.is_head = false;
      groups.back().end = i + 1;
    } else {
      groups.push_back({i, i + 1});
    }
    open = !alone && !piece.space_after;
  }
  return groups;
}

// Pieces [begin, end) as if they were one.
Piece merged(const std::vector<Piece>& pieces, std::size_t begin, std::size_t end) {
  Piece whole;
  const auto weight = [](const Piece& p) {
    std::size_t w = p.text.size();
    for (char c : p.text) w += c >= 'A' && c <= 'Z';
    return w;
  };
  std::size_t heaviest = begin;
  for (std::size_t i = begin; i < end; ++i) {
    whole.text += pieces[i].text;
    if (weight(pieces[i]) > weight(pieces[heaviest])) heaviest = i;
  }
  whole.tag = pieces[heaviest].tag;
  whole.is_head = pieces[begin].is_head;
  whole.stress = pieces[begin].stress;
  whole.flags = pieces[begin].flags;
  return whole;
}

// Words that an accent makes other words than those without.
PhonesView accented_word(std::string_view word) {
  if (word == "résumé" || word == "resumé" || word == "Résumé") return U"ɹˈɛzəmˌA";
  if (word == "exposé") return U"ˌɛkspOzˈA";
  if (word == "rosé") return U"ɹOzˈA";
  if (word == "pâté") return U"pɑtˈA";
  return {};
}

class Reader {
 public:
  Reader(std::vector<Piece>& pieces, const Guess& guess) : pieces_(pieces), guess_(guess) {}

  void read(const WordGroup& group) {
    if (group.end - group.begin == 1) {
      Piece& piece = pieces_[group.begin];
      if (!piece.phones) piece.phones = look_up(piece);
      if (!piece.phones) guess(piece);
      note_context(*piece.phones, piece);
    } else {
      read_parts(group);
      settle_stress(group);
    }
  }

 private:
  std::optional<Phones> look_up(const Piece& piece) const {
    if (piece.text.size() > kMaxWord) return std::nullopt;
    const std::string word = compatible(piece.text);
    if (const PhonesView accented = accented_word(word); !accented.empty()) {
      return with_stress(Phones(accented), piece.stress);
    }
    std::optional<Phones> phones = lexicon_.word(word, piece.tag, stress_of_case(word), context_);
    if (!phones && is_number(word, piece.is_head)) {
      phones = read_number(lexicon_, word, piece.is_head, piece.flags);
    }
    if (!phones) {
      const std::string plain = without_accents(word);
      if (plain != word) phones = lexicon_.word(plain, piece.tag, stress_of_case(plain), context_);
    }
    if (!phones) return std::nullopt;
    return with_stress(std::move(*phones), piece.stress);
  }

  // The longest known stretch that ends where the last one began, again and again.
  void read_parts(const WordGroup& group) {
    std::size_t left = group.begin;
    std::size_t right = group.end;
    while (left < right) {
      const Piece whole = merged(pieces_, left, right);
      if (const auto phones = look_up(whole)) {
        pieces_[left].phones = *phones;
        for (std::size_t i = left + 1; i < right; ++i) pieces_[i].phones = Phones();
        note_context(*phones, whole);
        right = left;
        left = group.begin;
      } else if (left + 1 < right) {
        ++left;
      } else {
        --right;
        if (!pieces_[right].phones) {
          guess(pieces_[right]);
          note_context(*pieces_[right].phones, pieces_[right]);
        }
        left = group.begin;
      }
    }
  }

  void guess(Piece& piece) const {
    piece.phones = is_junk(piece.text) ? Phones() : with_stress(guess_(piece.text), piece.stress);
    piece.guessed = !piece.phones->empty();
  }

  void note_context(const Phones& phones, const Piece& piece) {
    for (char32_t p : phones) {
      const bool pause = is_one_of(p, U";:,.!?—…");
      if (!pause && !is_vowel(p) && !is_consonant(p)) continue;
      context_.vowel_follows = pause ? std::nullopt : std::optional(is_vowel(p));
      break;
    }
    context_.to_follows = piece.text == "to" || piece.text == "To" || piece.text == "TO";
  }

  // Parts of different kinds stand apart (A 380); among parts of one kind, the weaker half loses
  // its stress.
  void settle_stress(const WordGroup& group) {
    const bool apart = stands_apart(group);
    using Rank = std::tuple<bool, int, std::size_t>;
    std::vector<Rank> ranks;
    for (std::size_t i = group.begin; i < group.end; ++i) {
      if (i > group.begin) pieces_[i].prespace = apart;
      const Phones& phones = *pieces_[i].phones;
      if (!phones.empty())
        ranks.emplace_back(is_one_of(kPrimary, phones), stress_weight(phones), i);
    }
    if (apart) return;
    const auto demote = [&](const Rank& rank) {
      Phones& phones = *pieces_[std::get<2>(rank)].phones;
      phones = with_stress(std::move(phones), kSlightlyLess);
    };
    if (ranks.size() == 2 && pieces_[std::get<2>(ranks[0])].text.size() == 1)
      return demote(ranks[1]);
    const auto stressed = static_cast<std::size_t>(
        std::count_if(ranks.begin(), ranks.end(), [](const Rank& r) { return std::get<0>(r); }));
    if (ranks.size() < 2 || stressed <= (ranks.size() + 1) / 2) return;
    std::sort(ranks.begin(), ranks.end());
    std::for_each(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(ranks.size() / 2),
                  demote);
  }

  [[nodiscard]] bool stands_apart(const WordGroup& group) const {
    bool letters = false;
    bool digits = false;
    bool others = false;
    for (std::size_t i = group.begin; i < group.end; ++i) {
      for (char c : pieces_[i].text) {
        if (c == '/') return true;
        if (is_junk({&c, 1})) continue;
        const bool letter = is_ascii_letter(c) || static_cast<unsigned char>(c) >= 0x80;
        letters = letters || letter;
        digits = digits || is_ascii_digit(c);
        others = others || (!letter && !is_ascii_digit(c));
      }
    }
    return letters + digits + others > 1;
  }

  std::vector<Piece>& pieces_;
  const Guess& guess_;
  Lexicon lexicon_;
  Context context_;
};

}  // namespace

std::vector<WordGroup> read_pieces(std::vector<Piece>& pieces, const Guess& guess) {
  std::vector<WordGroup> groups = group(pieces);
  Reader reader(pieces, guess);
  std::for_each(groups.rbegin(), groups.rend(), [&](const WordGroup& g) { reader.read(g); });
  return groups;
}

}  // namespace decibit::text::en
