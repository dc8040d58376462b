// SPDX-License-Identifier: Apache-2.0
// Temperatures in turn until a window's text looks right (openai-whisper, transcribe.py:
// decode_with_fallback). The window is listened to once.
#pragma once

#include "transcription/window_decoder.h"

namespace decibit::transcription {

struct FallbackResult {
  DecodedWindow window;
  std::size_t tries = 0;
};

/// Too repetitive or too improbable, unless it is improbable because nobody speaks.
bool looks_wrong(const DecodedWindow& window, const TranscribeOptions& options);

/// The text of the first temperature that looks right, else of the last one.
Result<FallbackResult> decode_with_fallback(const WindowDecoder& decoder,
                                            whisper::WindowNetwork& network,
                                            const WindowPrompt& prompt,
                                            const TranscribeOptions& options);

}  // namespace decibit::transcription
