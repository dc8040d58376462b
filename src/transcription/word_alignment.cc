// SPDX-License-Identifier: Apache-2.0
// read: start no_timestamps text end. The token after which text[i] comes says where text[i] is
// heard, so rows [start.size(), start.size() + text.size()] of the map count, the last one for the
// end.
#include "transcription/word_alignment.h"

#include <algorithm>
#include <iterator>

#include "text/strip.h"
#include "transcription/attention_map.h"
#include "transcription/time_warping.h"
#include "transcription/window_segments.h"

namespace decibit::transcription {
namespace {

constexpr double kPositionsPerSecond = 50;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void append(std::vector<Token>& to, std::span<const Token> tokens) {
  to.insert(to.end(), tokens.begin(), tokens.end());
}

}  // namespace

std::vector<AlignedWord> align_words(whisper::WindowNetwork& network,
                                     const whisper::Tokenizer& tokenizer,
                                     std::span<const Token> start, std::string_view language,
                                     std::span<const Token> text, std::int64_t frames) {
  const std::int64_t positions = frames / kFramesPerPosition;
  if (text.empty() || positions == 0) return {};
  std::vector<Token> read(start.begin(), start.end());
  read.push_back(tokenizer.no_timestamps());
  append(read, text);
  read.push_back(tokenizer.end());
  const whisper::Alignment alignment = network.align(read, tokenizer.end());
  const std::vector<float> map = attention_map(alignment, positions);
  const auto rows = std::ssize(text) + 1;
  const std::vector<std::int64_t> heard =
      first_columns({map.data() + std::ssize(start) * positions, rows, positions, positions});

  std::vector<AlignedWord> words;
  std::size_t at = 0;  // in the text
  for (whisper::WordTokens& word : tokenizer.split_words(text, language)) {
    const std::size_t end = at + word.tokens.size();
    AlignedWord aligned{std::move(word.text), std::move(word.tokens)};
    aligned.start = static_cast<double>(heard[at]) / kPositionsPerSecond;
    aligned.end = static_cast<double>(heard[end]) / kPositionsPerSecond;
    const std::size_t of_text = start.size() + 1;
    for (std::size_t i = at; i < end; ++i)
      aligned.probability += static_cast<double>(alignment.probabilities[of_text + i]);
    aligned.probability /= static_cast<double>(end - at);
    words.push_back(std::move(aligned));
    at = end;
  }
  return words;
}

void merge_punctuation(std::vector<AlignedWord>& words, std::string_view prepended,
                       std::string_view appended) {
  if (words.empty()) return;
  std::size_t following = words.size() - 1;
  for (std::size_t i = words.size() - 1; i-- > 0;) {
    AlignedWord& mark = words[i];
    if (!mark.text.starts_with(' ') || !contains(prepended, text::strip(mark.text))) {
      following = i;
      continue;
    }
    AlignedWord& word = words[following];
    word.text.insert(0, mark.text);
    word.tokens.insert(word.tokens.begin(), mark.tokens.begin(), mark.tokens.end());
    mark.text.clear();
    mark.tokens.clear();
  }
  std::size_t previous = 0;
  for (std::size_t i = 1; i < words.size(); ++i) {
    AlignedWord& mark = words[i];
    if (words[previous].text.ends_with(' ') || !contains(appended, mark.text)) {
      previous = i;
      continue;
    }
    words[previous].text += mark.text;
    append(words[previous].tokens, mark.tokens);
    mark.text.clear();
    mark.tokens.clear();
  }
}

}  // namespace decibit::transcription
