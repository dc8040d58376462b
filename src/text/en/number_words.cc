// SPDX-License-Identifier: Apache-2.0
#include "text/en/number_words.h"

#include <algorithm>
#include <array>

namespace decibit::text::en {
namespace {

using Words = std::vector<std::string>;

constexpr std::array<const char*, 20> kSmall = {
    "zero",     "one",     "two",     "three",     "four",     "five",    "six",
    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<const char*, 10> kTens = {"",      "",      "twenty",  "thirty", "forty",
                                               "fifty", "sixty", "seventy", "eighty", "ninety"};
constexpr std::array<const char*, 12> kThousands = {
    "",           "thousand",   "million",   "billion",   "trillion", "quadrillion", "quintillion",
    "sextillion", "septillion", "octillion", "nonillion", "decillion"};

void add_below_hundred(int value, Words& words) {
  if (value < 20) {
    words.emplace_back(kSmall[static_cast<std::size_t>(value)]);
    return;
  }
  words.emplace_back(kTens[static_cast<std::size_t>(value / 10)]);
  if (value % 10 != 0) words.emplace_back(kSmall[static_cast<std::size_t>(value % 10)]);
}

void add_below_thousand(int value, Words& words) {
  if (value >= 100) {
    words.emplace_back(kSmall[static_cast<std::size_t>(value / 100)]);
    words.emplace_back("hundred");
    if (value % 100 == 0) return;
    words.emplace_back("and");
  }
  add_below_hundred(value % 100, words);
}

std::string_view without_zeros(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view() : digits.substr(first);
}

std::string ordinal_of(const std::string& word) {
  static constexpr std::array<std::array<const char*, 2>, 7> kIrregular = {{{"one", "first"},
                                                                            {"two", "second"},
                                                                            {"three", "third"},
                                                                            {"five", "fifth"},
                                                                            {"eight", "eighth"},
                                                                            {"nine", "ninth"},
                                                                            {"twelve", "twelfth"}}};
  for (const auto& row : kIrregular) {
    if (word == row[0]) return row[1];
  }
  if (word.back() == 'y') return word.substr(0, word.size() - 1) + "ieth";
  return word + "th";
}

}  // namespace

std::string digit_word(char digit) { return kSmall[static_cast<std::size_t>(digit - '0')]; }

std::vector<std::string> cardinal_words(std::string_view digits) {
  digits = without_zeros(digits);
  Words words;
  if (digits.empty()) return {"zero"};
  if (digits.size() > 3 * kThousands.size()) {
    for (char digit : digits) words.push_back(digit_word(digit));
    return words;
  }
  const std::size_t groups = (digits.size() + 2) / 3;
  std::size_t at = 0;
  for (std::size_t group = groups; group-- > 0;) {
    const std::size_t end = digits.size() - 3 * group;
    int value = 0;
    for (; at < end; ++at) value = value * 10 + (digits[at] - '0');
    if (value == 0) continue;
    if (group == 0 && groups > 1 && value < 100) words.emplace_back("and");
    add_below_thousand(value, words);
    if (group > 0) words.emplace_back(kThousands[group]);
  }
  return words;
}

std::vector<std::string> ordinal_words(std::string_view digits) {
  Words words = cardinal_words(digits);
  words.back() = ordinal_of(words.back());
  return words;
}

std::vector<std::string> year_words(std::string_view digits) {
  const int high = (digits[0] - '0') * 10 + (digits[1] - '0');
  const int low = (digits[2] - '0') * 10 + (digits[3] - '0');
  if (high == 0 || (high % 10 == 0 && low < 10)) return cardinal_words(digits);
  Words words;
  add_below_hundred(high, words);
  if (low == 0) {
    words.emplace_back("hundred");
  } else {
    if (low < 10) words.emplace_back("oh");
    add_below_hundred(low, words);
  }
  return words;
}

}  // namespace decibit::text::en
