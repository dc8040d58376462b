// SPDX-License-Identifier: Apache-2.0
// A recording window by window (openai-whisper, transcribe.py). A step machine: it says which
// frames it wants to be heard, decodes them, and gives the segments that are certain. Windows of
// several recordings may take turns.
//
//   while (const auto window = loop.next()) {
//     ...  // network.listen(the window's frames, and zeros)
//     segments = TRY(loop.decode(network));
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "decibit/transcribe.h"
#include "transcription/clips.h"
#include "transcription/fallback.h"
#include "transcription/prompt_history.h"
#include "transcription/window_decoder.h"
#include "transcription/window_segments.h"

namespace decibit::transcription {

class SeekLoop {
 public:
  static constexpr std::int64_t kWindowFrames = 3000;

  /// `decoder` and `options`, which passed check_options(), outlive it. kUsage for clips outside
  /// the recording and a prefix that is too long.
  static Result<SeekLoop> make(const WindowDecoder& decoder, const TranscribeOptions& options,
                               std::string language, std::int64_t frames);

  /// The window to be heard, of 1 to kWindowFrames frames; nothing at the end.
  std::optional<Window> next() const;

  /// `network` has listened to next(). Segments come in order; those of silence have no text. Each
  /// call moves on.
  Result<std::vector<TranscribedSegment>> decode(whisper::WindowNetwork& network);

  std::size_t windows() const { return windows_; }
  /// Windows that were decoded more than once.
  std::size_t windows_retried() const { return windows_retried_; }

 private:
  SeekLoop(const WindowDecoder& decoder, const TranscribeOptions& options, std::string language,
           std::int64_t frames, std::vector<Clip> clips, std::vector<Token> initial_prompt,
           std::vector<Token> prefix);

  Result<DecodedWindow> decode_text(whisper::WindowNetwork& network, const Window& window);
  bool is_silent(const DecodedWindow& decoded) const;
  /// Words of the segments, and where they say that the next window begins; nothing to keep.
  bool refine_by_words(whisper::WindowNetwork& network, const Window& window, bool silent_end,
                       std::vector<TranscribedSegment>& segments);
  void guard_against_hallucination(const Window& window, bool silent_end,
                                   std::vector<TranscribedSegment>& segments, bool& discard);
  /// Empties what has no text or takes no time, numbers the segments, remembers their text.
  void finish(const Window& window, std::vector<TranscribedSegment>& segments);
  /// Out of a clip that is over, into the next one.
  void enter_clip();
  void move_on(const Window& window);
  void note(const Window& window, std::string_view text) const;

  const WindowDecoder& decoder_;
  const TranscribeOptions& options_;
  std::string language_;
  std::int64_t frames_;
  std::vector<Clip> clips_;
  PromptHistory history_;
  std::vector<Token> prefix_;
  std::size_t clip_ = 0;
  std::int64_t seek_ = 0;
  double last_speech_ = 0;  // seconds
  std::size_t segments_ = 0, windows_ = 0, windows_retried_ = 0;
};

}  // namespace decibit::transcription
