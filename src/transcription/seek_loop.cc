// SPDX-License-Identifier: Apache-2.0
#include "transcription/seek_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "text/strip.h"
#include "transcription/hallucination.h"
#include "transcription/options.h"
#include "transcription/word_times.h"

namespace decibit::transcription {
namespace {

constexpr double kHot = 0.5;  // text of higher temperatures is not gone on from

std::int64_t frame_at(double seconds) {
  return static_cast<std::int64_t>(std::nearbyint(seconds * kFramesPerSecond));
}

}  // namespace

Result<SeekLoop> SeekLoop::make(const WindowDecoder& decoder, const TranscribeOptions& options,
                                std::string language, std::int64_t frames) {
  std::vector<Clip> parts = TRY(clips(options.clip_timestamps, frames));
  std::vector<Token> prompt = prompt_tokens(decoder.tokenizer(), options.initial_prompt);
  const std::size_t longest = longest_history(decoder.text_context());
  if (prompt.size() > longest) {
    if (options.note)
      options.note(fmt::format("the prompt has {} tokens; the model reads the last {}",
                               prompt.size(), longest));
    prompt.erase(prompt.begin(), prompt.end() - static_cast<std::ptrdiff_t>(longest));
  }
  std::vector<Token> prefix = prompt_tokens(decoder.tokenizer(), options.prefix);
  if (prefix.size() > longest_prefix(decoder.text_context()))
    return fail(ErrorCode::kUsage,
                fmt::format("the prefix has {} tokens; at most {} fit", prefix.size(),
                            longest_prefix(decoder.text_context())));
  return SeekLoop(decoder, options, std::move(language), frames, std::move(parts),
                  std::move(prompt), std::move(prefix));
}

SeekLoop::SeekLoop(const WindowDecoder& decoder, const TranscribeOptions& options,
                   std::string language, std::int64_t frames, std::vector<Clip> clips,
                   std::vector<Token> initial_prompt, std::vector<Token> prefix)
    : decoder_(decoder),
      options_(options),
      language_(std::move(language)),
      frames_(frames),
      clips_(std::move(clips)),
      history_(std::move(initial_prompt), options.carry_initial_prompt,
               longest_history(decoder.text_context())),
      prefix_(std::move(prefix)),
      seek_(clips_.front().begin) {
  enter_clip();
}

std::optional<Window> SeekLoop::next() const {
  if (clip_ == clips_.size()) return std::nullopt;
  return Window{seek_, std::min({kWindowFrames, frames_ - seek_, clips_[clip_].end - seek_})};
}

void SeekLoop::enter_clip() {
  while (clip_ < clips_.size() && seek_ >= clips_[clip_].end)
    if (++clip_ < clips_.size()) seek_ = clips_[clip_].begin;
}

Result<std::vector<TranscribedSegment>> SeekLoop::decode(whisper::WindowNetwork& network) {
  const Window window = *next();
  const DecodedWindow decoded = TRY(decode_text(network, window));
  if (is_silent(decoded)) {
    note(window, fmt::format("left out as silence, probability {:.2f}", decoded.no_speech_prob));
    seek_ += window.count;
    move_on(window);
    return std::vector<TranscribedSegment>();
  }
  WindowSegments found = window_segments(decoder_.tokenizer(), window, decoded);
  seek_ += found.heard;
  const bool keep = !options_.word_timestamps ||
                    refine_by_words(network, window, found.silent_end, found.segments);
  if (keep) {
    finish(window, found.segments);
    if (!options_.condition_on_previous_text || decoded.temperature > kHot) history_.forget();
  } else {
    found.segments.clear();
  }
  move_on(window);
  return std::move(found.segments);
}

Result<DecodedWindow> SeekLoop::decode_text(whisper::WindowNetwork& network, const Window& window) {
  const std::vector<Token> history = history_.prompt();
  WindowPrompt prompt{history, {}, static_cast<std::uint64_t>(window.first)};
  if (windows_ == 0) prompt.prefix = prefix_;
  FallbackResult result = TRY(decode_with_fallback(decoder_, network, prompt, options_));
  ++windows_;
  if (result.tries > 1) {
    ++windows_retried_;
    note(window, fmt::format("decoded {} times, at last at temperature {}", result.tries,
                             result.window.temperature));
  }
  return std::move(result.window);
}

bool SeekLoop::is_silent(const DecodedWindow& decoded) const {
  if (!options_.no_speech_threshold || !(decoded.no_speech_prob > *options_.no_speech_threshold))
    return false;
  return !(options_.logprob_threshold && decoded.avg_logprob > *options_.logprob_threshold);
}

bool SeekLoop::refine_by_words(whisper::WindowNetwork& network, const Window& window,
                               bool silent_end, std::vector<TranscribedSegment>& segments) {
  const whisper::Tokenizer& tokenizer = decoder_.tokenizer();
  std::vector<Token> text;
  for (const TranscribedSegment& segment : segments)
    std::ranges::copy_if(segment.tokens, std::back_inserter(text),
                         [&](Token token) { return token < tokenizer.end(); });
  add_word_times(
      align_words(network, tokenizer, decoder_.start_of_text(), language_, text, window.count),
      tokenizer, {options_.prepend_punctuations, options_.append_punctuations, last_speech_},
      segments);
  if (!silent_end) {
    const auto end = end_of_speech(segments);
    if (end && *end > window.start_seconds()) seek_ = frame_at(*end);
  }
  bool discard = false;
  if (options_.hallucination_silence_threshold)
    guard_against_hallucination(window, silent_end, segments, discard);
  if (discard) return false;
  if (const auto end = end_of_speech(segments)) last_speech_ = *end;
  return true;
}

void SeekLoop::guard_against_hallucination(const Window& window, bool silent_end,
                                           std::vector<TranscribedSegment>& segments,
                                           bool& discard) {
  const HallucinationCheck check{window, *options_.hallucination_silence_threshold, last_speech_,
                                 frames_};
  if (!silent_end) {
    // The rest of a window that is nearly used up is not worth hearing again.
    const auto end = end_of_speech(segments);
    const double window_end = static_cast<double>(window.first + kWindowFrames) / kFramesPerSecond;
    if (end && *end > window.start_seconds())
      seek_ = window_end - *end > check.threshold ? frame_at(*end) : window.first + window.count;
  }
  if (const auto from = silence_before_first(check, segments)) {
    note(window, "heard again without the silence at its beginning");
    seek_ = *from;
    discard = true;
    return;
  }
  const std::size_t before = segments.size();
  if (const auto from = remove_made_up(check, segments)) {
    note(window,
         fmt::format("{} segments left out as made up in silence", before - segments.size()));
    seek_ = *from;
  }
}

void SeekLoop::finish(const Window& window, std::vector<TranscribedSegment>& segments) {
  const double window_end = window.start_seconds() + window.seconds();
  for (TranscribedSegment& segment : segments) {
    if (segment.start_seconds == segment.end_seconds || text::strip(segment.text).empty()) {
      segment.text.clear();
      segment.tokens.clear();
      segment.words.clear();
    }
    history_.add(segment.tokens);
    segment.id = segments_++;
    // A timestamp may lie in the silence that was added behind the window's sound.
    const auto clamp = [&](double& seconds) { seconds = std::min(seconds, window_end); };
    clamp(segment.start_seconds), clamp(segment.end_seconds);
    for (TranscribedWord& word : segment.words) clamp(word.start_seconds), clamp(word.end_seconds);
  }
}

void SeekLoop::move_on(const Window& window) {
  if (seek_ <= window.first) {
    // Timestamps of 0.00 only: OpenAI's would hear this window for ever.
    note(window, "its timestamps do not move on; the next window begins behind it");
    seek_ = window.first + window.count;
  }
  const double done = static_cast<double>(std::min(seek_, frames_)) / kFramesPerSecond;
  enter_clip();
  if (options_.progress) options_.progress(done);
}

void SeekLoop::note(const Window& window, std::string_view text) const {
  if (options_.note)
    options_.note(fmt::format("window at {:.2f} s: {}", window.start_seconds(), text));
}

}  // namespace decibit::transcription
