// SPDX-License-Identifier: Apache-2.0
#include "text/en/stemming.h"

namespace decibit::text::en {
namespace {

bool ends_with(std::string_view word, std::string_view end) {
  return word.size() >= end.size() && word.substr(word.size() - end.size()) == end;
}

std::string cut(std::string_view word, std::size_t letters, std::string_view then = "") {
  return std::string(word.substr(0, word.size() - letters)).append(then);
}

std::optional<std::string> if_known(const std::string& stem, Known known) {
  return known(stem) ? std::optional(stem) : std::nullopt;
}

// stopping, panicking: the consonant before -ing is there for the spelling only.
bool is_doubled(std::string_view word) {
  if (ends_with(word, "cking")) return true;
  const char last = word[word.size() - 4];
  return last == word[word.size() - 5] &&
         std::string_view("bcdgklmnprstvxz").find(last) != std::string_view::npos;
}

}  // namespace

std::optional<std::string> stem_of_plural(std::string_view word, Known known) {
  if (word.size() < 3 || !ends_with(word, "s")) return std::nullopt;
  if (!ends_with(word, "ss")) {
    if (auto stem = if_known(cut(word, 1), known)) return stem;
  }
  const bool es = word.size() > 4 && ends_with(word, "es") && !ends_with(word, "ies");
  if (ends_with(word, "'s") || es) {
    if (auto stem = if_known(cut(word, 2), known)) return stem;
  }
  if (word.size() > 4 && ends_with(word, "ies")) return if_known(cut(word, 3, "y"), known);
  return std::nullopt;
}

std::optional<std::string> stem_of_past(std::string_view word, Known known) {
  if (word.size() < 4 || !ends_with(word, "d")) return std::nullopt;
  if (!ends_with(word, "dd")) {
    if (auto stem = if_known(cut(word, 1), known)) return stem;
  }
  if (word.size() > 4 && ends_with(word, "ed") && !ends_with(word, "eed")) {
    return if_known(cut(word, 2), known);
  }
  return std::nullopt;
}

std::optional<std::string> stem_of_progressive(std::string_view word, Known known) {
  if (word.size() < 5 || !ends_with(word, "ing")) return std::nullopt;
  if (word.size() > 5) {
    if (auto stem = if_known(cut(word, 3), known)) return stem;
  }
  if (auto stem = if_known(cut(word, 3, "e"), known)) return stem;
  if (word.size() > 5 && is_doubled(word)) return if_known(cut(word, 4), known);
  return std::nullopt;
}

}  // namespace decibit::text::en
