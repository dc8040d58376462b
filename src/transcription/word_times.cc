// SPDX-License-Identifier: Apache-2.0
#include "transcription/word_times.h"

#include <algorithm>
#include <cmath>

namespace decibit::transcription {
namespace {

constexpr double kLongestMedian = 0.7;
constexpr double kTolerance = 0.5;  // s, between a segment's timestamps and its words

bool is_sentence_end(std::string_view word) {
  return std::string_view(".。!！?？").find(word) != std::string_view::npos;
}

double hundredths(double seconds) { return std::nearbyint(seconds * 100) / 100; }

// Of the words that take time; 0 without any.
double median_seconds(std::span<const AlignedWord> words) {
  std::vector<double> lengths;
  for (const AlignedWord& word : words)
    if (word.seconds() != 0) lengths.push_back(word.seconds());
  if (lengths.empty()) return 0;
  std::ranges::sort(lengths);
  const std::size_t half = lengths.size() / 2;
  return lengths.size() % 2 == 1 ? lengths[half] : (lengths[half - 1] + lengths[half]) / 2;
}

// What is usual here: a word of twice the median is long.
struct Usual {
  double median, longest;
};

void shorten_at_sentence_ends(const Usual& usual, std::span<AlignedWord> words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!(words[i].seconds() > usual.longest)) continue;
    if (is_sentence_end(words[i].text))
      words[i].end = words[i].start + usual.longest;
    else if (is_sentence_end(words[i - 1].text))
      words[i].start = words[i].end - usual.longest;
  }
}

// The first two words after a pause.
void shorten_after_pause(const Usual& usual, double last_speech,
                         std::vector<TranscribedWord>& words) {
  TranscribedWord& first = words[0];
  if (!(first.end_seconds - last_speech > usual.median * 4)) return;
  const bool two = words.size() > 1;
  const bool long_first = first.end_seconds - first.start_seconds > usual.longest;
  const bool long_pair = two && words[1].end_seconds - first.start_seconds > usual.longest * 2;
  if (!long_first && !long_pair) return;
  if (two && words[1].end_seconds - words[1].start_seconds > usual.longest) {
    const double end = words[1].end_seconds;
    first.end_seconds = words[1].start_seconds = std::max(end / 2, end - usual.longest);
  }
  first.start_seconds = std::max(0.0, first.end_seconds - usual.longest);
}

// Of a word that begins long before the segment or ends long after it the timestamp is right,
// otherwise the word.
void reconcile(const Usual& usual, TranscribedSegment& segment) {
  TranscribedWord& first = segment.words.front();
  if (segment.start_seconds < first.end_seconds &&
      segment.start_seconds - kTolerance > first.start_seconds)
    first.start_seconds =
        std::max(0.0, std::min(first.end_seconds - usual.median, segment.start_seconds));
  else
    segment.start_seconds = first.start_seconds;
  TranscribedWord& last = segment.words.back();
  if (segment.end_seconds > last.start_seconds &&
      segment.end_seconds + kTolerance < last.end_seconds)
    last.end_seconds = std::max(last.start_seconds + usual.median, segment.end_seconds);
  else
    segment.end_seconds = last.end_seconds;
}

}  // namespace

void add_word_times(std::vector<AlignedWord> words, const whisper::Tokenizer& tokenizer,
                    const WordTimeOptions& options, std::span<TranscribedSegment> segments) {
  if (segments.empty()) return;
  const double median = std::min(kLongestMedian, median_seconds(words));
  const Usual usual{median, median * 2};
  if (median > 0) shorten_at_sentence_ends(usual, words);
  merge_punctuation(words, options.prepended, options.appended);

  double last_speech = options.last_speech;
  std::size_t next = 0;
  for (TranscribedSegment& segment : segments) {
    const double offset = static_cast<double>(segment.seek) / 100;
    const auto size = static_cast<std::size_t>(std::ranges::count_if(
        segment.tokens, [&](Token token) { return token < tokenizer.end(); }));
    segment.words.clear();
    for (std::size_t taken = 0; next < words.size() && taken < size; ++next) {
      const AlignedWord& word = words[next];
      taken += word.tokens.size();
      if (word.text.empty()) continue;
      segment.words.push_back({word.text, hundredths(offset + word.start),
                               hundredths(offset + word.end), word.probability});
    }
    if (segment.words.empty()) continue;
    shorten_after_pause(usual, last_speech, segment.words);
    reconcile(usual, segment);
    last_speech = segment.end_seconds;
  }
}

std::optional<double> end_of_speech(std::span<const TranscribedSegment> segments) {
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment)
    if (!segment->words.empty()) return segment->words.back().end_seconds;
  if (segments.empty()) return std::nullopt;
  return segments.back().end_seconds;
}

}  // namespace decibit::transcription
