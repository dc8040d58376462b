// SPDX-License-Identifier: Apache-2.0
// Sources: GPT-2's encoder.py (the pattern); tiktoken's src/lib.rs (the order of merges).
#include "text/byte_pairs.h"

#include <functional>
#include <optional>
#include <queue>
#include <tuple>

#include "core/check.h"
#include "text/pattern.h"
#include "text/valid_utf8.h"

namespace decibit::text {
namespace {

constexpr std::size_t kSingleBytes = 256;
constexpr std::size_t kEntry = 4;  // bytes of two ranks

// \s is spelled out: in PCRE it would be white space of ASCII, or one character more than
// Unicode's.
#define SPACE \
  R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})"
constexpr const char* kPieces =
    "'s|'t|'re|'ve|'m|'ll|'d"
    R"(| ?\p{L}+| ?\p{N}+)"
    "| ?[^" SPACE R"(\p{L}\p{N}]+)"
    "|[" SPACE "]+(?![^" SPACE "])|[" SPACE "]+";
#undef SPACE

}  // namespace

BytePairs::BytePairs(std::string_view table) {
  DECIBIT_CHECK(table.size() >= kSingleBytes && (table.size() - kSingleBytes) % kEntry == 0);
  const std::size_t count = kSingleBytes + (table.size() - kSingleBytes) / kEntry;
  const auto rank_at = [&](std::size_t i) {
    const auto byte = [&](std::size_t j) { return static_cast<unsigned char>(table[j]); };
    return static_cast<Token>(byte(i) | byte(i + 1) << 8);
  };
  bytes_ = table.substr(0, kSingleBytes);
  ends_.reserve(count + 1);
  for (std::uint32_t i = 0; i <= kSingleBytes; ++i) ends_.push_back(i);
  for (std::size_t at = kSingleBytes; at < table.size(); at += kEntry) {
    for (const Token part : {rank_at(at), rank_at(at + 2)}) {
      DECIBIT_CHECK(static_cast<std::size_t>(part) < size());
      const std::string copy(bytes(part));  // bytes_ may move while it grows
      bytes_ += copy;
    }
    ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  }

  std::size_t slots = 1;
  while (slots < 2 * count) slots *= 2;
  slots_.assign(slots, -1);
  for (std::size_t token = 0; token < count; ++token) {
    std::size_t slot = std::hash<std::string_view>()(bytes(static_cast<Token>(token)));
    while (slots_[slot & (slots - 1)] >= 0) ++slot;
    slots_[slot & (slots - 1)] = static_cast<Token>(token);
  }
}

std::string_view BytePairs::bytes(Token token) const {
  const auto i = static_cast<std::size_t>(token);
  return std::string_view(bytes_).substr(ends_[i], ends_[i + 1] - ends_[i]);
}

BytePairs::Token BytePairs::find(std::string_view wanted) const {
  for (std::size_t slot = std::hash<std::string_view>()(wanted);; ++slot) {
    const Token token = slots_[slot & (slots_.size() - 1)];
    if (token < 0 || bytes(token) == wanted) return token;
  }
}

std::vector<BytePairs::Token> BytePairs::encode(std::string_view text) const {
  static const Pattern pieces(kPieces);
  const std::string valid = valid_utf8(text);
  std::vector<Token> tokens;
  // Each character belongs to a piece, so nothing stands between two matches.
  (void)pieces.replace(valid, [&](const Match& match) {
    encode_piece(match[0], tokens);
    return std::optional<std::string>();
  });
  return tokens;
}

void BytePairs::encode_piece(std::string_view piece, std::vector<Token>& to) const {
  if (const Token whole = find(piece); whole >= 0) return to.push_back(whole);
  // Parts of the piece, each with the place where the next one begins; merged ones are passed over.
  struct Part {
    std::size_t previous, next;
    bool first = true;  // begins a part
  };
  struct Merge {
    Token rank;
    std::size_t begin, middle, end;
    bool operator>(const Merge& other) const {
      return std::tie(rank, begin) > std::tie(other.rank, other.begin);
    }
  };
  std::vector<Part> parts(piece.size() + 1);
  for (std::size_t i = 0; i <= piece.size(); ++i) parts[i] = {i == 0 ? 0 : i - 1, i + 1};
  std::priority_queue<Merge, std::vector<Merge>, std::greater<>> merges;
  const auto consider = [&](std::size_t begin) {
    const std::size_t middle = parts[begin].next;
    if (middle >= piece.size()) return;
    const std::size_t end = parts[middle].next;
    const Token rank = find(piece.substr(begin, end - begin));
    if (rank >= 0) merges.push({rank, begin, middle, end});
  };
  for (std::size_t i = 0; i < piece.size(); ++i) consider(i);
  while (!merges.empty()) {
    const auto [rank, begin, middle, end] = merges.top();
    merges.pop();
    // One of the two has grown since.
    if (!parts[begin].first || parts[begin].next != middle || !parts[middle].first ||
        parts[middle].next != end)
      continue;
    parts[middle].first = false;
    parts[begin].next = end;
    parts[end].previous = begin;
    consider(begin);
    if (begin > 0) consider(parts[begin].previous);
  }
  for (std::size_t begin = 0; begin < piece.size(); begin = parts[begin].next)
    to.push_back(find(piece.substr(begin, parts[begin].next - begin)));
}

}  // namespace decibit::text
