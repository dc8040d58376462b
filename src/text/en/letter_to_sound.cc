// SPDX-License-Identifier: Apache-2.0
// Beam search over a trie of joint n-grams, from the end of the word to its beginning (the training
// script says why).
//
// A unit is one letter with the 0-3 phonemes it stands for; units are numbered by letter, so that
// the candidates of a letter are a range, and so are those among the children of a node. With p(u |
// h) stored for some n-grams only,
//   -ln p(u | h) = cost(h u) if the trie has it, else backoff(h) + -ln p(u | h without its oldest
//   unit).
// A hypothesis holds the nodes of all suffixes of what it has read, and one walk over them, longest
// first, costs all candidates. Costs are integers, hence the same on every machine. The layout of
// the file is in the training script.
#include "text/en/letter_to_sound.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/check.h"

extern const char decibit_letter_to_sound_en_us[];

namespace decibit::text {
namespace {

constexpr int kMaxOrder = 8;
constexpr int kBeam = 32;  // hypotheses with a primary stress, and as many without
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

/// Reads the file in place.
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
      *ranks_, *nodes_, *delta_, *backoffs_;
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

/// costs[i] of the unit first + i after `state`.
void cost_range(const Trie& trie, const State& state, std::uint32_t first, std::uint32_t last,
                std::vector<std::int32_t>& costs) {
  constexpr std::int32_t kUnknown = std::numeric_limits<std::int32_t>::max();
  costs.assign(last - first, kUnknown);
  std::size_t open = costs.size();
  std::int32_t backoff = 0;
  for (int length = state.size - 1; length >= 0 && open > 0; --length) {
    const std::uint32_t context = state.contexts[static_cast<std::size_t>(length)];
    const Trie::Children range = trie.children(context);
    for (std::uint32_t node = trie.lower_bound(range, first); node < range.last; ++node) {
      const std::uint32_t unit = trie.unit(node);
      if (unit >= last) break;
      if (costs[unit - first] != kUnknown) continue;
      costs[unit - first] = backoff + trie.cost(node, length + 1);
      --open;
    }
    backoff += trie.backoff(context, length);
  }
  DECIBIT_CHECK(open == 0);  // the empty context knows every unit
}

struct Hypothesis {
  State state;
  std::int32_t cost = 0;
  bool primary = false;
  // Into the list of all steps; kNone at the beginning.
  std::uint32_t step = kNone;
};
struct Step {
  std::uint32_t before, unit;
};
struct Candidate {
  std::int32_t cost;
  std::uint32_t from, unit;
  bool primary;
};

/// The `kBeam` cheapest of either kind, of equal futures the cheapest. Ties go to who came first.
std::vector<Hypothesis> select(const Trie& trie, const std::vector<Hypothesis>& from,
                               std::vector<Candidate>& candidates, std::vector<Step>& steps) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.cost < b.cost; });
  std::vector<Hypothesis> kept;
  std::array<int, 2> count{};
  for (const Candidate& c : candidates) {
    int& of_kind = count[c.primary ? 1 : 0];
    if (of_kind == kBeam) continue;
    const State state = after(trie, from[c.from].state, c.unit);
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const Hypothesis& h) {
      return h.primary == c.primary && h.state.longest() == state.longest();
    });
    if (known) continue;
    ++of_kind;
    kept.push_back({state, c.cost, c.primary, static_cast<std::uint32_t>(steps.size())});
    steps.push_back({from[c.from].step, c.unit});
    if (count[0] == kBeam && count[1] == kBeam) break;
  }
  return kept;
}

/// Of letters and apostrophes in lower case.
std::string decode(const Trie& trie, std::string_view word) {
  std::vector<Hypothesis> beam(1);
  beam[0].state = after(trie, State(), trie.begin());
  std::vector<Step> steps;
  std::vector<Candidate> candidates;
  std::vector<std::int32_t> costs;
  for (std::size_t i = word.size(); i-- > 0;) {
    const Trie::Letter& letter = trie.letter(word[i]);
    candidates.clear();
    for (std::uint32_t from = 0; from < beam.size(); ++from) {
      cost_range(trie, beam[from].state, letter.first, letter.last, costs);
      for (std::uint32_t unit = letter.first; unit < letter.last; ++unit) {
        if (beam[from].primary && trie.is_primary(unit)) continue;
        candidates.push_back({beam[from].cost + costs[unit - letter.first], from, unit,
                              beam[from].primary || trie.is_primary(unit)});
      }
    }
    beam = select(trie, beam, candidates, steps);
  }
  // One with a primary stress, if there is any.
  const Hypothesis* best = nullptr;
  std::int32_t least = 0;
  for (Hypothesis& h : beam) {
    cost_range(trie, h.state, trie.end(), trie.end() + 1, costs);
    const std::int32_t cost = h.cost + costs[0];
    if (best == nullptr || h.primary > best->primary ||
        (h.primary == best->primary && cost < least)) {
      best = &h;
      least = cost;
    }
  }
  std::string phonemes;
  for (std::uint32_t step = best->step; step != kNone; step = steps[step].before) {
    trie.append_phonemes(steps[step].unit, phonemes);
  }
  return phonemes;
}

}  // namespace

std::string letter_to_sound(std::string_view word) {
  static const Trie trie(bytes_at(decibit_letter_to_sound_en_us));
  std::string letters;
  for (const char c : word) {
    if (c >= 'A' && c <= 'Z') {
      letters += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || c == '\'') {
      letters += c;
    }
  }
  std::string phonemes;
  for (std::size_t at = 0; at < letters.size(); at += kLongestWord) {
    std::string piece = decode(trie, std::string_view(letters).substr(at, kLongestWord));
    const std::size_t mark = piece.find(kPrimary);
    if (mark != std::string::npos && phonemes.find(kPrimary) != std::string::npos) {
      piece.replace(mark, kPrimary.size(), kSecondary);
    }
    phonemes += piece;
  }
  return phonemes;
}

}  // namespace decibit::text
