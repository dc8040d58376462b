// SPDX-License-Identifier: Apache-2.0
#include "transcription/transcription.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "transcription/language_detection.h"
#include "transcription/options.h"
#include "transcription/seek_loop.h"

namespace decibit::transcription {
namespace {

constexpr std::int64_t kShortestContext = 16;

// Makes the network hear windows: frames of the recording, and zeros up to 30 s. The same window is
// not heard twice, so detecting the language costs nothing where the first window begins the file.
class Ear {
 public:
  Ear(const Listener& listener, MelSource& mel)
      : listener_(listener),
        mel_(mel),
        rows_(static_cast<std::size_t>(SeekLoop::kWindowFrames * listener.mels)) {}

  Status hear(const Window& window) {
    if (heard_ && heard_->first == window.first && heard_->count == window.count) return {};
    heard_.reset();
    std::ranges::fill(rows_, 0.0F);
    const Rows all{rows_.data(), SeekLoop::kWindowFrames, listener_.mels, listener_.mels};
    TRY(mel_.read(window.first, window.count, all.rows(0, window.count)));
    listener_.network.listen(all);
    heard_ = window;
    return {};
  }

 private:
  const Listener& listener_;
  MelSource& mel_;
  std::vector<float> rows_;
  std::optional<Window> heard_;
};

Status check_model(const Listener& listener) {
  if (listener.text_context >= kShortestContext) return {};
  return fail(ErrorCode::kBadInput,
              fmt::format("the model reads {} tokens at most; that is too little to transcribe",
                          listener.text_context));
}

}  // namespace

Status transcribe(const Listener& listener, MelSource& mel, const TranscribeOptions& options,
                  const Transcriber::OnSegment& on_segment, Transcript& transcript) {
  TRY(check_model(listener));
  TRY(check_options(options, listener.tokenizer));
  transcript = {};
  transcript.language = TRY(language_code(options, listener.tokenizer));
  const std::int64_t frames = mel.frames();
  transcript.seconds = static_cast<double>(frames) / kFramesPerSecond;
  if (frames == 0) return {};

  Ear ear(listener, mel);
  if (transcript.language.empty()) {
    TRY(ear.hear({0, std::min(SeekLoop::kWindowFrames, frames)}));
    const DetectedLanguage detected = TRY(detect_language(listener.network, listener.tokenizer));
    transcript.language = detected.language.code;
    transcript.language_probability = detected.probability;
  }
  const WindowDecoder decoder(listener.tokenizer, listener.text_context, options,
                              transcript.language);
  SeekLoop loop = TRY(SeekLoop::make(decoder, options, transcript.language, frames));
  bool wanted = true;
  while (const auto window = wanted ? loop.next() : std::nullopt) {
    if (options.stop && options.stop()) return fail(ErrorCode::kInterrupted, "interrupted");
    TRY(ear.hear(*window));
    const std::vector<TranscribedSegment> segments = TRY(loop.decode(listener.network));
    transcript.windows = loop.windows();
    transcript.windows_retried = loop.windows_retried();
    for (const TranscribedSegment& segment : segments) {
      wanted = on_segment(segment);
      if (!wanted) break;
    }
  }
  return {};
}

}  // namespace decibit::transcription
