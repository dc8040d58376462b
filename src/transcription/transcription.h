// SPDX-License-Identifier: Apache-2.0
// A recording from its log-mel frames to its segments: language, windows, texts.
#pragma once

#include <cstdint>
#include <functional>

#include "core/result.h"
#include "decibit/transcribe.h"
#include "models/whisper/tokenizer.h"
#include "models/whisper/window.h"
#include "transcription/mel_source.h"

namespace decibit::transcription {

/// A network and what decoding must know of its model.
struct Listener {
  whisper::WindowNetwork& network;
  const whisper::Tokenizer& tokenizer;
  std::int64_t mels = 80;
  std::int64_t text_context = 448;
};

/// As Transcriber::transcribe. `transcript` says at any time what is known so far, also after an
/// error; its `seconds` are whole frames.
Status transcribe(const Listener& listener, MelSource& mel, const TranscribeOptions& options,
                  const Transcriber::OnSegment& on_segment, Transcript& transcript);

}  // namespace decibit::transcription
