// SPDX-License-Identifier: Apache-2.0
#include "text/en/number_reading.h"

#include <algorithm>
#include <string>
#include <vector>

#include "text/en/number_words.h"

namespace decibit::text::en {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}
bool contains(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

std::string without_commas(std::string_view text) {
  std::string result(text);
  result.erase(std::remove(result.begin(), result.end(), ','), result.end());
  return result;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool is_ordinal_ending(std::string_view s) {
  return s == "st" || s == "nd" || s == "rd" || s == "th";
}

// Words of numbers become phonemes here, one after the other.
class Speaker {
 public:
  Speaker(const Lexicon& lexicon, std::string_view flags) : lexicon_(lexicon), flags_(flags) {}

  void say(std::string_view word, Stress stress = {}) { add(lexicon_.plain(word, stress)); }

  void say(const std::vector<std::string>& words, bool first = true) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string& word = words[i];
      if (word == "and" && !contains(flags_, '&')) {
        if (contains(flags_, 'n') && !phones_.empty()) phones_ += U"ən";
      } else if (first && i == 0 && words.size() > 1 && word == "one" && contains(flags_, 'a')) {
        add(U"ə");
      } else {
        say(word);
      }
    }
  }

  void say_digits(std::string_view digits) {
    for (char digit : digits) {
      if (is_digit(digit)) say(digit_word(digit));
    }
  }

  [[nodiscard]] bool silent() const { return phones_.empty(); }
  Phones take() { return std::move(phones_); }

 private:
  void add(const Phones& phones) {
    if (!phones_.empty()) phones_ += U' ';
    phones_ += phones;
  }

  const Lexicon& lexicon_;
  std::string_view flags_;
  Phones phones_;
};

// Behind letters: 380 is three eighty, 105 one O five, longer ones digit by digit.
void say_behind_letters(Speaker& speaker, const std::string& digits) {
  if (digits.empty()) return;
  if (digits[0] == '0' || digits.size() > 3) {
    speaker.say_digits(digits);
  } else if (digits.size() == 3 && digits.substr(1) != "00") {
    speaker.say_digits(digits.substr(0, 1));
    if (digits[1] == '0') {
      speaker.say("O", kStripped);
      speaker.say_digits(digits.substr(2));
    } else {
      speaker.say(cardinal_words(digits.substr(1)), false);
    }
  } else {
    speaker.say(cardinal_words(digits));
  }
}

// Versions and addresses: 1.2.3, with each part a number or its digits.
void say_parts(Speaker& speaker, std::string_view word) {
  bool first = true;
  for (const std::string& part : split(without_commas(word), '.')) {
    if (part.empty()) continue;
    if (!first) speaker.say("point", kStripped);
    const bool round = part.find_first_not_of('0', 1) == std::string::npos;
    if (part[0] == '0' || (part.size() != 2 && !round)) {
      speaker.say_digits(part);
    } else {
      speaker.say(cardinal_words(part), first);
    }
    first = false;
  }
}

void say_decimal(Speaker& speaker, std::string_view word) {
  const std::vector<std::string> parts = split(without_commas(word), '.');
  if (!parts[0].empty()) speaker.say(cardinal_words(parts[0]));
  if (parts[1].empty()) return;
  speaker.say("point", kStripped);
  speaker.say_digits(parts[1]);
}

std::string_view ending_of(std::string_view word) {
  std::size_t at = word.size();
  while (at > 0 && ((word[at - 1] >= 'a' && word[at - 1] <= 'z') || word[at - 1] == '\'')) --at;
  return word.substr(at);
}

}  // namespace

bool is_number(std::string_view word, bool is_head) {
  if (std::none_of(word.begin(), word.end(), is_digit)) return false;
  for (std::string_view ending : {"ing", "'d", "ed", "'s", "st", "nd", "rd", "th", "s"}) {
    if (word.size() > ending.size() && word.substr(word.size() - ending.size()) == ending) {
      word.remove_suffix(ending.size());
      break;
    }
  }
  if (is_head && word.front() == '-') word.remove_prefix(1);
  return std::all_of(word.begin(), word.end(),
                     [](char c) { return is_digit(c) || c == ',' || c == '.'; });
}

std::optional<Phones> read_number(const Lexicon& lexicon, std::string_view word, bool is_head,
                                  std::string_view flags) {
  const std::string_view ending = ending_of(word);
  word.remove_suffix(ending.size());
  Speaker speaker(lexicon, flags);
  if (!word.empty() && word.front() == '-') {
    speaker.say("minus");
    word.remove_prefix(1);
  }
  const auto points = std::count(word.begin(), word.end(), '.');
  if (is_ordinal_ending(ending) && points == 0) {
    speaker.say(ordinal_words(without_commas(word)));
  } else if (speaker.silent() && word.size() == 4 && all_digits(word)) {
    speaker.say(year_words(word));
  } else if (!is_head && points == 0) {
    say_behind_letters(speaker, without_commas(word));
  } else if (points > 1 || !is_head) {
    say_parts(speaker, word);
  } else if (points == 1) {
    say_decimal(speaker, word);
  } else if (word.size() > 1 && word[0] == '0' && all_digits(word)) {
    speaker.say_digits(word);  // 007, a code
  } else {
    speaker.say(cardinal_words(without_commas(word)));
  }
  if (speaker.silent()) return std::nullopt;
  Phones phones = speaker.take();
  if (ending == "s" || ending == "'s") return Lexicon::plural(std::move(phones));
  if (ending == "ed" || ending == "'d") return Lexicon::past(std::move(phones));
  if (ending == "ing") return Lexicon::progressive(std::move(phones));
  return phones;
}

}  // namespace decibit::text::en
