// SPDX-License-Identifier: Apache-2.0
#include "io/captions.h"

#include <algorithm>
#include <string_view>

#include "core/sentence_marks.h"
#include "core/utf8.h"

namespace decibit {
namespace {

constexpr double kPause_s = 1;

struct Word {
  std::u32string text;
  double start_s = 0, end_s = 0;
};

bool separates(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool space = c == U' ' || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
                     c == 0x2029 || c == 0x205F || c == 0x3000;  // no-break spaces do not
  return control || space;
}

/// Pieces of a text between white space, none longer than a line.
std::vector<std::u32string> pieces_of(std::string_view text) {
  std::vector<std::u32string> pieces;
  bool open = false;
  for (const char32_t c : code_points(text)) {
    if (separates(c)) {
      open = false;
      continue;
    }
    if (!open || pieces.back().size() == kCaptionColumns) pieces.emplace_back();
    open = true;
    pieces.back().push_back(c);
  }
  return pieces;
}

/// Appends the pieces of `timed`; each lasts as long as its share of the letters.
void append_words(const TimedText& timed, std::vector<Word>& words) {
  const std::vector<std::u32string> pieces = pieces_of(timed.text);
  std::size_t letters = 0;
  for (const std::u32string& piece : pieces) letters += piece.size();
  const double letter_s = (timed.end_s - timed.start_s) / static_cast<double>(letters);
  std::size_t before = 0;
  for (const std::u32string& piece : pieces) {
    Word word = {piece, timed.start_s + static_cast<double>(before) * letter_s, timed.end_s};
    before += piece.size();
    if (before < letters) word.end_s = timed.start_s + static_cast<double>(before) * letter_s;
    words.push_back(std::move(word));
  }
}

bool ends_sentence(std::u32string_view word) {
  const std::size_t last = word.find_last_not_of(kClosingMarks);
  return last != word.npos && kSentenceEnds.find(word[last]) != kSentenceEnds.npos;
}

/// Cues one word at a time.
class Layout {
 public:
  void add(const Word& word) {
    if (!cues_.empty() && word.start_s - cues_.back().end_s >= kPause_s) closed_ = true;
    if (closed_ || !fits(word.text.size())) {
      begin_cue(word.start_s);
    } else if (column_ + 1 + word.text.size() > kCaptionColumns) {
      begin_line();
    }
    Cue& cue = cues_.back();
    if (column_ > 0) cue.lines.back() += ' ';
    column_ += (column_ > 0 ? 1 : 0) + word.text.size();
    for (const char32_t c : word.text) append_utf8(c, cue.lines.back());
    cue.end_s = word.end_s;
    closed_ = ends_sentence(word.text) && cue.lines.size() > 1;
  }
  std::vector<Cue> take() { return std::move(cues_); }

 private:
  bool fits(std::size_t letters) const {
    return column_ + 1 + letters <= kCaptionColumns || cues_.back().lines.size() < kCaptionLines;
  }
  void begin_cue(double start_s) {
    cues_.push_back({{""}, start_s, start_s});
    column_ = 0;
  }
  void begin_line() {
    cues_.back().lines.emplace_back();
    column_ = 0;
  }

  std::vector<Cue> cues_;
  std::size_t column_ = 0;  // code points in the last line
  bool closed_ = true;      // the next word begins a cue
};

}  // namespace

std::vector<Cue> cues_of(const TimedSegment& segment) {
  std::vector<Word> words;
  for (const TimedText& word : segment.words) append_words(word, words);
  if (segment.words.empty()) append_words(segment.whole, words);
  Layout layout;
  for (const Word& word : words) layout.add(word);
  return layout.take();
}

}  // namespace decibit
