// SPDX-License-Identifier: Apache-2.0
// Byte-level byte pair encoding, as GPT-2 introduced it and tiktoken does it. A text is cut into
// pieces by GPT-2's pattern; the bytes of a piece are tokens, and of all neighbours that together
// are a token, those of the lowest rank become one, the first of them first, until there are none.
// A token's number is its rank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace decibit::text {

class BytePairs {
 public:
  using Token = std::int32_t;

  /// `table` as tools/make_rank_table.py writes it: the bytes that tokens 0 to 255 are, then two
  /// ranks of 16 bits for each token that is made of earlier ones.
  explicit BytePairs(std::string_view table);

  std::size_t size() const { return ends_.size() - 1; }
  /// The bytes of a token, 0 <= token < size().
  std::string_view bytes(Token token) const;
  /// The token of these bytes; -1: there is none.
  Token find(std::string_view bytes) const;

  /// Of any bytes; what is no UTF-8 is read as U+FFFD.
  std::vector<Token> encode(std::string_view text) const;

 private:
  void encode_piece(std::string_view piece, std::vector<Token>& to) const;

  std::string bytes_;                // of all tokens
  std::vector<std::uint32_t> ends_;  // token t: bytes [ends_[t], ends_[t + 1])
  std::vector<Token> slots_;         // a hash table, open addressing; -1: free
};

}  // namespace decibit::text
