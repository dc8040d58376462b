// SPDX-License-Identifier: Apache-2.0
// Beam search over a trie of joint n-grams, from the end of the word to its beginning; the training
// script says why, and how the file is laid out.
//
// A unit u is one letter with the 0-3 phonemes it stands for. Units are numbered by letter, so that
// the candidates of a letter are a range, and so are those among the children of a node. The trie
// has some n-grams h u only; with h' for h without its oldest unit,
//   -ln p(u | h) = cost(h u)                        if it has h u,
//                  backoff(h) + -ln p(u | h')       otherwise.
// A hypothesis holds the nodes of all suffixes of what it has read, and one walk over them, longest
// first, costs all candidates. A capitalised word is taken for a name, and its cost is the sum of
// two tries', that of all words and that of names. Costs are integers, hence the same on every
// machine.
#include "text/en/letter_to_sound.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "core/check.h"

extern const char decibit_letter_to_sound_en_us[];

namespace decibit::text {
namespace {

constexpr int kMaxOrder = 8;
constexpr std::size_t kBeam = 32;  // hypotheses with a primary stress, and as many without
// No word is longer; what is goes in pieces of this length, so that memory stays bounded.
constexpr std::size_t kLongestWord = 64;
constexpr std::string_view kPrimary = "ˈ", kSecondary = "ˌ";

const unsigned char* bytes_at(const char* data) {
  return reinterpret_cast<const unsigned char*>(data);
}
std::uint32_t u16(const unsigned char* p) { return p[0] | std::uint32_t{p[1]} << 8; }
std::uint32_t u32(const unsigned char* p) { return u16(p) | u16(p + 2) << 16; }
std::uint64_t u64(const unsigned char* p) { return u32(p) | std::uint64_t{u32(p + 4)} << 32; }

constexpr std::uint32_t kNone = ~std::uint32_t{0};

/// Reads one of the file's two tries in place.
class Trie {
 public:
  explicit Trie(const unsigned char* file) {
    DECIBIT_CHECK(std::string_view(reinterpret_cast<const char*>(file), 8) == "letsound");
    order_ = static_cast<int>(u32(file + 8));
    units_ = u32(file + 12);
    const std::size_t symbols = u32(file + 16), nodes = u32(file + 20), contexts = u32(file + 24);
    DECIBIT_CHECK(order_ <= kMaxOrder);
    symbols_ = file + 28;
    unit_table_ = symbols_ + 4 * symbols;
    costs_ = unit_table_ + std::size_t{4} * units_;
    const auto order = static_cast<std::size_t>(order_);
    backoff_costs_ = costs_ + order * 64 * 2;
    const unsigned char* tables_end = backoff_costs_ + (order - 1) * 256 * 2;
    const std::size_t blocks = (nodes + 63) / 64;
    has_child_ = file + (static_cast<std::size_t>(tables_end - file) + 7) / 8 * 8;
    first_ = has_child_ + blocks * 8;
    ranks_ = first_ + (contexts / 32 + 1) * 4;
    nodes_ = ranks_ + blocks * 4;
    delta_ = nodes_ + (nodes - 1) * 2;
    backoffs_ = delta_ + (contexts + 1) * 2;
    past_end_ = file + (static_cast<std::size_t>(backoffs_ + contexts - file) + 7) / 8 * 8;

    for (std::uint32_t unit = 0; unit < units_; ++unit) {
      const unsigned char* entry = unit_table_ + std::size_t{4} * unit;
      Letter& letter = letters_[entry[0]];
      if (letter.first == letter.last) letter.first = unit;
      letter.last = unit + 1;
      for (int i = 1; i <= 3; ++i) {
        if (entry[i] != 0 && symbol(entry[i]).starts_with(kPrimary)) primary_[unit] = true;
      }
    }
  }

  struct Letter {
    std::uint32_t first = 0, last = 0;  // its units
  };
  const Letter& letter(char c) const { return letters_[static_cast<unsigned char>(c)]; }
  const unsigned char* past_end() const { return past_end_; }
  int order() const { return order_; }
  std::uint32_t end() const { return units_; }
  std::uint32_t begin() const { return units_ + 1; }
  bool is_primary(std::uint32_t unit) const { return primary_[unit]; }

  void append_phonemes(std::uint32_t unit, std::string& out) const {
    const unsigned char* entry = unit_table_ + std::size_t{4} * unit;
    for (int i = 1; i <= 3 && entry[i] != 0; ++i) out += symbol(entry[i]);
  }

  /// A node that has children, by its number among those; the empty context is 0.
  struct Children {
    std::uint32_t first, last;  // nodes
  };
  Children children(std::uint32_t context) const {
    return {first_child(context), first_child(context + 1)};
  }
  std::uint32_t unit(std::uint32_t node) const {
    return u16(nodes_ + 2 * (std::size_t{node} - 1)) >> 6;
  }
  /// `length` is that of the n-gram.
  std::int32_t cost(std::uint32_t node, int length) const {
    const std::size_t code = u16(nodes_ + 2 * (std::size_t{node} - 1)) & 63;
    return static_cast<std::int32_t>(
        u16(costs_ + (static_cast<std::size_t>(length - 1) * 64 + code) * 2));
  }
  std::int32_t backoff(std::uint32_t context, int length) const {
    if (length == 0) return 0;
    const std::size_t row = static_cast<std::size_t>(length - 1) * 256 + backoffs_[context];
    return static_cast<std::int16_t>(u16(backoff_costs_ + row * 2));
  }
  /// The first child whose unit is not less.
  std::uint32_t lower_bound(Children range, std::uint32_t wanted) const {
    while (range.first < range.last) {
      const std::uint32_t middle = range.first + (range.last - range.first) / 2;
      if (unit(middle) < wanted) {
        range.first = middle + 1;
      } else {
        range.last = middle;
      }
    }
    return range.first;
  }
  /// The context that `context` followed by `unit` is, kNone if the trie does not go on from there.
  std::uint32_t follow(std::uint32_t context, std::uint32_t wanted) const {
    const Children range = children(context);
    const std::uint32_t node = lower_bound(range, wanted);
    if (node == range.last || unit(node) != wanted) return kNone;
    const std::uint64_t bits = u64(has_child_ + std::size_t{node} / 64 * 8);
    if ((bits >> (node % 64) & 1) == 0) return kNone;
    const std::uint64_t before = bits & ((std::uint64_t{1} << (node % 64)) - 1);
    return u32(ranks_ + std::size_t{node} / 64 * 4) +
           static_cast<std::uint32_t>(std::popcount(before));
  }

 private:
  std::string_view symbol(unsigned char number) const {
    const char* text = reinterpret_cast<const char*>(symbols_) + std::size_t{4} * (number - 1U);
    std::size_t length = 0;
    while (length < 4 && text[length] != 0) ++length;
    return {text, length};
  }
  std::uint32_t first_child(std::uint32_t context) const {
    return u32(first_ + std::size_t{context} / 32 * 4) + u16(delta_ + std::size_t{context} * 2);
  }

  int order_ = 0;
  std::uint32_t units_ = 0;
  const unsigned char *symbols_, *unit_table_, *costs_, *backoff_costs_, *has_child_, *first_,
      *ranks_, *nodes_, *delta_, *backoffs_, *past_end_;
  std::array<Letter, 256> letters_{};
  std::array<bool, 1024> primary_{};
};

/// What is read so far, as far as it matters for what comes: its suffixes of length 0, 1, ... that
/// are contexts. The trie holds every suffix of what it holds, so there is no gap between them.
struct State {
  std::array<std::uint32_t, kMaxOrder> contexts{};
  int size = 1;
  std::uint32_t longest() const { return contexts[static_cast<std::size_t>(size - 1)]; }
};

State after(const Trie& trie, const State& state, std::uint32_t unit) {
  State next;
  for (int length = 0; length < state.size && next.size < trie.order(); ++length) {
    const std::uint32_t context =
        trie.follow(state.contexts[static_cast<std::size_t>(length)], unit);
    if (context == kNone) break;
    next.contexts[static_cast<std::size_t>(next.size++)] = context;
  }
  return next;
}

/// Adds to costs[i] that of the unit first + i after `state`.
void add_costs(const Trie& trie, const State& state, std::uint32_t first,
               std::span<std::int32_t> costs) {
  std::array<bool, 1024> known{};
  std::size_t open = costs.size();
  std::int32_t backoff = 0;
  for (int length = state.size - 1; length >= 0 && open > 0; --length) {
    const std::uint32_t context = state.contexts[static_cast<std::size_t>(length)];
    const Trie::Children range = trie.children(context);
    for (std::uint32_t node = trie.lower_bound(range, first); node < range.last; ++node) {
      const std::uint32_t i = trie.unit(node) - first;
      if (i >= costs.size()) break;
      if (known[i]) continue;
      known[i] = true;
      costs[i] += backoff + trie.cost(node, length + 1);
      --open;
    }
    backoff += trie.backoff(context, length);
  }
  DECIBIT_CHECK(open == 0);  // the empty context knows every unit
}

struct Model {
  explicit Model(const unsigned char* file) : general(file), names(general.past_end()) {}
  Trie general, names;
};

struct Hypothesis {
  State general;
  State names;  // of a name; otherwise stays empty
  std::int32_t cost = 0;
  bool primary = false;
  // Into the list of all steps; kNone at the beginning.
  std::uint32_t step = kNone;

  bool has_future_of(const Hypothesis& other) const {
    return primary == other.primary && general.longest() == other.general.longest() &&
           names.longest() == other.names.longest();
  }
};
struct Step {
  std::uint32_t before, unit;
};
struct Candidate {
  std::int32_t cost;
  std::uint32_t from, unit;
};

/// One word's search.
class Search {
 public:
  Search(const Model& model, bool is_name) : model_(model), is_name_(is_name), beam_(1) {
    beam_[0].general = after(model.general, State(), model.general.begin());
    if (is_name) beam_[0].names = after(model.names, State(), model.names.begin());
  }

  void read(char c) {
    const Trie::Letter& letter = model_.general.letter(c);
    for (std::vector<Candidate>& kind : candidates_) kind.clear();
    for (std::uint32_t from = 0; from < beam_.size(); ++from) {
      const std::span<const std::int32_t> costs =
          costs_after(beam_[from], letter.first, letter.last);
      for (std::uint32_t unit = letter.first; unit < letter.last; ++unit) {
        const bool primary = model_.general.is_primary(unit);
        if (primary && beam_[from].primary) continue;
        candidates_[primary || beam_[from].primary ? 1 : 0].push_back(
            {costs[unit - letter.first], from, unit});
      }
    }
    select();
  }

  /// The cheapest with a primary stress, if there is any, from the word's beginning.
  std::string phonemes() {
    const Hypothesis* best = nullptr;
    std::int32_t least = 0;
    const std::uint32_t end = model_.general.end();
    for (const Hypothesis& h : beam_) {
      const std::int32_t cost = costs_after(h, end, end + 1)[0];
      if (best == nullptr || h.primary > best->primary ||
          (h.primary == best->primary && cost < least)) {
        best = &h;
        least = cost;
      }
    }
    std::string result;
    for (std::uint32_t step = best->step; step != kNone; step = steps_[step].before) {
      model_.general.append_phonemes(steps_[step].unit, result);
    }
    return result;
  }

 private:
  /// Of the whole hypothesis with each of the units.
  std::span<const std::int32_t> costs_after(const Hypothesis& h, std::uint32_t first,
                                            std::uint32_t last) {
    costs_.assign(last - first, h.cost);
    add_costs(model_.general, h.general, first, costs_);
    if (is_name_) add_costs(model_.names, h.names, first, costs_);
    return costs_;
  }

  /// The next beam.
  void select() {
    std::vector<Hypothesis> next;
    for (std::vector<Candidate>& kind : candidates_) select(kind, next);
    beam_ = std::move(next);
  }

  /// The `kBeam` cheapest, of equal futures the cheapest. Ties go to who came first.
  void select(std::vector<Candidate>& candidates, std::vector<Hypothesis>& next) {
    // A heap, since some fifty are looked at, of a thousand.
    const auto later = [](const Candidate& a, const Candidate& b) {
      return std::tie(a.cost, a.from, a.unit) > std::tie(b.cost, b.from, b.unit);
    };
    std::make_heap(candidates.begin(), candidates.end(), later);
    const std::size_t others = next.size();
    while (!candidates.empty() && next.size() < others + kBeam) {
      std::pop_heap(candidates.begin(), candidates.end(), later);
      const Candidate c = candidates.back();
      candidates.pop_back();
      const Hypothesis& from = beam_[c.from];
      Hypothesis h;
      h.general = after(model_.general, from.general, c.unit);
      if (is_name_) h.names = after(model_.names, from.names, c.unit);
      h.cost = c.cost;
      h.primary = from.primary || model_.general.is_primary(c.unit);
      h.step = static_cast<std::uint32_t>(steps_.size());
      if (std::any_of(next.begin(), next.end(),
                      [&](const Hypothesis& other) { return h.has_future_of(other); })) {
        continue;
      }
      next.push_back(h);
      steps_.push_back({from.step, c.unit});
    }
  }

  const Model& model_;
  bool is_name_;
  std::vector<Hypothesis> beam_;
  std::vector<Step> steps_;
  std::array<std::vector<Candidate>, 2> candidates_;  // without and with a primary stress
  std::vector<std::int32_t> costs_;
};

/// Of letters and apostrophes in lower case.
std::string decode(const Model& model, std::string_view word, bool is_name) {
  Search search(model, is_name);
  for (std::size_t i = word.size(); i-- > 0;) search.read(word[i]);
  return search.phonemes();
}

}  // namespace

std::string letter_to_sound(std::string_view word) {
  static const Model model(bytes_at(decibit_letter_to_sound_en_us));
  std::string letters;
  bool is_name = false;
  for (const char c : word) {
    if (c >= 'A' && c <= 'Z') {
      is_name = is_name || letters.empty();
      letters += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || c == '\'') {
      letters += c;
    }
  }
  std::string phonemes;
  for (std::size_t at = 0; at < letters.size(); at += kLongestWord) {
    std::string piece = decode(model, std::string_view(letters).substr(at, kLongestWord), is_name);
    const std::size_t mark = piece.find(kPrimary);
    if (mark != std::string::npos && phonemes.find(kPrimary) != std::string::npos) {
      piece.replace(mark, kPrimary.size(), kSecondary);
    }
    phonemes += piece;
  }
  return phonemes;
}

}  // namespace decibit::text
