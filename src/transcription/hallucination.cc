// SPDX-License-Identifier: Apache-2.0
#include "transcription/hallucination.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace decibit::transcription {
namespace {

constexpr std::size_t kWordsLookedAt = 8;
constexpr double kEdge = 2;  // s, near enough to an end of the window
constexpr std::string_view kMarks = "\"'“¿([{-\"'.。,，!！?？:：”)]}、";

double oddness(const TranscribedWord& word) {
  const double seconds = word.end_seconds - word.start_seconds;
  double score = 0;
  if (word.probability < 0.15) score += 1;
  if (seconds < 0.133) score += (0.133 - seconds) * 15;
  if (seconds > 2) score += seconds - 2;
  return score;
}

const TranscribedSegment* first_with_words(std::span<const TranscribedSegment> segments) {
  const auto found =
      std::ranges::find_if(segments, [](const auto& segment) { return !segment.words.empty(); });
  return found == segments.end() ? nullptr : &*found;
}

std::int64_t frame_at(double seconds) {
  return static_cast<std::int64_t>(std::nearbyint(seconds * 100));
}

}  // namespace

bool looks_made_up(const TranscribedSegment& segment) {
  if (segment.words.empty()) return false;
  double score = 0;
  std::size_t count = 0;
  for (const TranscribedWord& word : segment.words) {
    if (kMarks.find(word.text) != std::string_view::npos) continue;
    score += oddness(word);
    if (++count == kWordsLookedAt) break;
  }
  return score >= 3 || score + 0.01 >= static_cast<double>(count);
}

std::optional<std::int64_t> silence_before_first(const HallucinationCheck& check,
                                                 std::span<const TranscribedSegment> segments) {
  const TranscribedSegment* const first = first_with_words(segments);
  if (first == nullptr || !looks_made_up(*first)) return std::nullopt;
  const double gap = first->start_seconds - check.window.start_seconds();
  if (!(gap > check.threshold)) return std::nullopt;
  return check.window.first + frame_at(gap);
}

std::optional<std::int64_t> remove_made_up(const HallucinationCheck& check,
                                           std::vector<TranscribedSegment>& segments) {
  constexpr std::int64_t kWindowFrames = 3000;
  const double begin = check.window.start_seconds();
  const double window_end = static_cast<double>(check.window.first + kWindowFrames) / 100;
  double last_end = check.last_speech;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const TranscribedSegment& segment = segments[i];
    if (segment.words.empty()) continue;
    if (looks_made_up(segment)) {
      const TranscribedSegment* const next = first_with_words(std::span(segments).subspan(i + 1));
      const double next_start =
          next != nullptr ? next->words.front().start_seconds : begin + check.window.seconds();
      const bool silence_before = segment.start_seconds - last_end > check.threshold ||
                                  segment.start_seconds < check.threshold ||
                                  segment.start_seconds - begin < kEdge;
      const bool silence_after = next_start - segment.end_seconds > check.threshold ||
                                 (next != nullptr && looks_made_up(*next)) ||
                                 window_end - segment.end_seconds < kEdge;
      if (silence_before && silence_after) {
        const double left = static_cast<double>(check.frames) / 100 - segment.end_seconds;
        const std::int64_t from = left < check.threshold
                                      ? check.frames
                                      : frame_at(std::max(begin + 1, segment.start_seconds));
        segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i), segments.end());
        return from;
      }
    }
    last_end = segment.end_seconds;
  }
  return std::nullopt;
}

}  // namespace decibit::transcription
