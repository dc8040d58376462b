// SPDX-License-Identifier: Apache-2.0
#include "speech/word_list.h"

#include "core/sentence_marks.h"
#include "core/utf8.h"
#include "text/unicode.h"

namespace decibit::speech {
namespace {

bool is_mark(char32_t c) {
  constexpr std::u32string_view kBrackets = U"()“”\"";
  for (const std::u32string_view marks : {kSentenceEnds, kClauseMarks, kBrackets})
    if (marks.find(c) != marks.npos) return true;
  return false;
}

bool has_sound(std::u32string_view phonemes) {
  for (const char32_t c : phonemes)
    if (!is_mark(c) && !text::is_space(c)) return true;
  return false;
}

class Builder {
 public:
  /// Marks join the word they are written at: the one before, unless a space parts them.
  void add(std::string_view text, std::u32string phonemes, bool space_after, bool guessed) {
    if (has_sound(phonemes)) {
      list_.words.push_back({before_ + std::string(text), space_after, guessed});
      before_.clear();
      list_.segments.push_back({std::move(phonemes), list_.words.size() - 1});
    } else {
      add_marks(text, space_after);
      list_.segments.push_back({std::move(phonemes), std::nullopt});
    }
    if (space_after) list_.segments.push_back({U" ", std::nullopt});
  }

  WordList finish() && {
    if (list_.words.empty() && !before_.empty()) {
      list_.words.emplace_back();
      for (Segment& segment : list_.segments) segment.word = 0;
    }
    if (!before_.empty()) {
      PassageWord& last = list_.words.back();
      if (last.space_after) last.text += ' ';
      last.text += before_;
    }
    return std::move(list_);
  }

 private:
  void add_marks(std::string_view text, bool space_after) {
    if (!list_.words.empty() && !list_.words.back().space_after && before_.empty()) {
      list_.words.back().text += text;
      list_.words.back().space_after = space_after;
    } else {
      before_ += text;
      if (space_after) before_ += ' ';
    }
  }

  WordList list_;
  std::string before_;  // marks that belong to the next word
};

}  // namespace

WordList words_of(const std::vector<text::en::Token>& tokens) {
  Builder builder;
  for (const text::en::Token& token : tokens)
    builder.add(token.text, code_points(token.phonemes), token.space_after, token.guessed);
  return std::move(builder).finish();
}

WordList words_of_phonemes(std::u32string_view symbols) {
  Builder builder;
  for (std::size_t at = 0; at < symbols.size();) {
    const bool space = text::is_space(symbols[at]), mark = is_mark(symbols[at]);
    std::size_t end = at;
    while (end < symbols.size() && text::is_space(symbols[end]) == space &&
           is_mark(symbols[end]) == mark)
      ++end;
    if (!space) {
      std::u32string part(symbols.substr(at, end - at));
      const std::string text = to_utf8(part);
      builder.add(text, std::move(part), end < symbols.size() && text::is_space(symbols[end]),
                  false);
    }
    at = end;
  }
  return std::move(builder).finish();
}

}  // namespace decibit::speech
