// SPDX-License-Identifier: Apache-2.0
// Source: openai-whisper, transcribe.py.
#include "transcription/window_segments.h"

#include <algorithm>

namespace decibit::transcription {
namespace {

constexpr double kTimestampSeconds = 0.02;

class Cutter {
 public:
  Cutter(const whisper::Tokenizer& tokenizer, const Window& window, const DecodedWindow& decoded)
      : tokenizer_(tokenizer), window_(window), decoded_(decoded), tokens_(decoded.tokens) {}

  WindowSegments cut() const {
    WindowSegments result;
    const std::size_t n = tokens_.size();
    result.silent_end = n >= 2 && !is_timestamp(tokens_[n - 2]) && is_timestamp(tokens_[n - 1]);
    // Where one segment ends and the next begins: between two timestamps.
    std::vector<std::size_t> ends;
    for (std::size_t i = 1; i < n; ++i)
      if (is_timestamp(tokens_[i - 1]) && is_timestamp(tokens_[i])) ends.push_back(i);
    result.heard = window_.count;
    if (ends.empty()) {
      result.segments.push_back(segment(tokens_, 0, length_of_only_segment()));
      return result;
    }
    if (result.silent_end) ends.push_back(n);
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
      const auto part = tokens_.subspan(begin, end - begin);
      result.segments.push_back(segment(part, seconds(part.front()), seconds(part.back())));
      begin = end;
    }
    if (!result.silent_end) result.heard = position(tokens_[ends.back() - 1]) * kFramesPerPosition;
    return result;
  }

 private:
  bool is_timestamp(Token token) const { return token >= tokenizer_.first_timestamp(); }
  std::int64_t position(Token token) const { return token - tokenizer_.first_timestamp(); }
  double seconds(Token token) const {
    return static_cast<double>(position(token)) * kTimestampSeconds;
  }

  double length_of_only_segment() const {
    const auto last = std::find_if(tokens_.rbegin(), tokens_.rend(),
                                   [this](Token token) { return is_timestamp(token); });
    return last != tokens_.rend() && position(*last) > 0 ? seconds(*last) : window_.seconds();
  }

  TranscribedSegment segment(std::span<const Token> tokens, double start, double end) const {
    TranscribedSegment s;
    s.seek = window_.first;
    s.start_seconds = window_.start_seconds() + start;
    s.end_seconds = window_.start_seconds() + end;
    s.text = tokenizer_.decode(tokens);
    s.tokens.assign(tokens.begin(), tokens.end());
    s.temperature = decoded_.temperature;
    s.avg_logprob = decoded_.avg_logprob;
    s.compression_ratio = decoded_.compression_ratio;
    s.no_speech_prob = decoded_.no_speech_prob;
    return s;
  }

  const whisper::Tokenizer& tokenizer_;
  const Window& window_;
  const DecodedWindow& decoded_;
  std::span<const Token> tokens_;
};

}  // namespace

WindowSegments window_segments(const whisper::Tokenizer& tokenizer, const Window& window,
                               const DecodedWindow& decoded) {
  return Cutter(tokenizer, window, decoded).cut();
}

}  // namespace decibit::transcription
