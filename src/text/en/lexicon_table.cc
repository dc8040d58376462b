// SPDX-License-Identifier: Apache-2.0
#include "text/en/lexicon_table.h"

#include <algorithm>
#include <string>

namespace decibit::text::en {
namespace {

// Past one reading whose size byte is at `at`.
const std::uint8_t* after_reading(const std::uint8_t* at) {
  const std::size_t size = *at & ~kMoreReadings;
  return at + 1 + (size == kSpelled ? 0 : size);
}

const std::uint8_t* after_readings(const std::uint8_t* at) {
  const bool more = (*at & kMoreReadings) != 0;
  at = after_reading(at);
  if (!more) return at;
  for (std::size_t left = *at++; left > 0; --left) at = after_reading(at + 1);
  return at;
}

Phones phones_at(const std::uint8_t* at) {
  const std::size_t size = *at & ~kMoreReadings;
  Phones phones;
  if (size == kSpelled) return phones;
  for (std::size_t i = 1; i <= size; ++i) phones += kAlphabet[at[i]];
  return phones;
}

}  // namespace

const Readings::Tagged* Readings::find(ReadingTag tag) const {
  const auto found =
      std::find_if(tagged.begin(), tagged.end(), [&](const Tagged& t) { return t.tag == tag; });
  return found == tagged.end() ? nullptr : &*found;
}

const std::uint8_t* LexiconTable::entry(std::string_view word) const {
  const auto first_word = [this](std::uint32_t block) {
    const std::uint8_t* at = bytes_ + block;
    return std::string_view(reinterpret_cast<const char*>(at + 2), at[1]);
  };
  const std::uint32_t* block =
      std::upper_bound(blocks_, blocks_ + block_count_, word,
                       [&](std::string_view w, std::uint32_t b) { return w < first_word(b); });
  if (block == blocks_) return nullptr;
  const std::uint8_t* end = bytes_ + *block;
  const std::uint8_t* at = bytes_ + *--block;
  std::string current;
  while (at < end) {
    current.resize(at[0]);
    current.append(reinterpret_cast<const char*>(at + 2), at[1]);
    at += 2 + at[1];
    if (current == word) return at;
    if (current > word) return nullptr;
    at = after_readings(at);
  }
  return nullptr;
}

std::optional<Readings> LexiconTable::find(std::string_view word) const {
  const std::uint8_t* at = entry(word);
  if (at == nullptr) return std::nullopt;
  Readings readings;
  readings.plain = phones_at(at);
  if ((*at & kMoreReadings) == 0) return readings;
  at = after_reading(at);
  for (std::size_t left = *at++; left > 0; --left) {
    readings.tagged.push_back({static_cast<ReadingTag>(*at), at[1] == kSpelled, phones_at(at + 1)});
    at = after_reading(at + 1);
  }
  return readings;
}

}  // namespace decibit::text::en
