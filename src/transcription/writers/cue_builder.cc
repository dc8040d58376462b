// SPDX-License-Identifier: Apache-2.0
#include "transcription/writers/cue_builder.h"

#include <utility>

#include "core/utf8.h"
#include "text/strip.h"

namespace decibit::transcription {
namespace {

constexpr double kLongPause = 3;          // seconds
constexpr std::size_t kUnlimited = 1000;  // OpenAI's stand-in for no limit

std::size_t or_unlimited(std::size_t limit) { return limit == 0 ? kUnlimited : limit; }

std::size_t width(std::string_view text) { return code_points(text).size(); }

}  // namespace

CueBuilder::CueBuilder(const CueLayout& layout)
    : max_line_width_(or_unlimited(layout.max_line_width)),
      max_line_count_(layout.max_line_count),
      max_words_per_line_(or_unlimited(layout.max_words_per_line)),
      keep_segments_(layout.max_line_width == 0 || layout.max_line_count == 0) {}

std::vector<CueWords> CueBuilder::add(const std::vector<TranscribedWord>& words) {
  std::vector<CueWords> done;
  for (std::size_t i = 0; i < words.size(); ++i)
    add_word(words[i], i % max_words_per_line_ == 0, done);
  return done;
}

void CueBuilder::add_word(TranscribedWord word, bool first_of_group, std::vector<CueWords>& done) {
  if (!std::exchange(has_last_, true)) last_start_ = word.start_seconds;
  const bool long_pause = !keep_segments_ && word.start_seconds - last_start_ > kLongPause;
  const bool group_ends = first_of_group && !cue_.empty() && keep_segments_;
  const std::size_t word_width = width(word.text);
  last_start_ = word.start_seconds;
  if (line_width_ > 0 && line_width_ + word_width <= max_line_width_ && !long_pause &&
      !group_ends) {
    line_width_ += word_width;
    cue_.push_back(std::move(word));
    return;
  }
  word.text = std::string(text::strip(word.text));
  const std::size_t stripped_width = width(word.text);
  const bool lines_full = max_line_count_ > 0 && (long_pause || line_count_ >= max_line_count_);
  if ((!cue_.empty() && lines_full) || group_ends) {
    done.push_back(std::exchange(cue_, {}));
    line_count_ = 1;
  } else if (line_width_ > 0) {
    ++line_count_;
    word.text.insert(0, 1, '\n');
  }
  line_width_ = stripped_width;
  cue_.push_back(std::move(word));
}

}  // namespace decibit::transcription
