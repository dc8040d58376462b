// SPDX-License-Identifier: Apache-2.0
// A sorted, front-coded word list where it lies in the program (form: lexicon_format.h). Nothing is
// read or built at start; a look-up is a binary search over blocks and a walk through one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "text/en/lexicon_format.h"
#include "text/phones.h"

namespace decibit::text::en {

/// All readings of one word. `spelled` ones have no phonemes: the word's letters are named.
struct Readings {
  struct Tagged {
    ReadingTag tag;
    bool spelled;
    Phones phones;
  };
  Phones plain;
  std::vector<Tagged> tagged;

  [[nodiscard]] const Tagged* find(ReadingTag tag) const;
};

class LexiconTable {
 public:
  LexiconTable(const std::uint8_t* bytes, const std::uint32_t* blocks, std::size_t block_count)
      : bytes_(bytes), blocks_(blocks), block_count_(block_count) {}

  [[nodiscard]] bool contains(std::string_view word) const { return entry(word) != nullptr; }
  [[nodiscard]] std::optional<Readings> find(std::string_view word) const;

 private:
  // Where the readings of `word` begin, or null.
  [[nodiscard]] const std::uint8_t* entry(std::string_view word) const;

  const std::uint8_t* bytes_;
  const std::uint32_t* blocks_;  // one more than block_count_, the last is the end
  std::size_t block_count_;
};

/// misaki's two word lists of American English: checked by hand, and by machine.
const LexiconTable& us_gold();
const LexiconTable& us_silver();

}  // namespace decibit::text::en
