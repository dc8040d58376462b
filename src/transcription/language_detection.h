// SPDX-License-Identifier: Apache-2.0
// Which language a window is heard as (openai-whisper, decoding.py: detect_language): the softmax
// over the language tokens after the start.
#pragma once

#include "core/result.h"
#include "models/whisper/tokenizer.h"
#include "models/whisper/window.h"

namespace decibit::transcription {

struct DetectedLanguage {
  whisper::Language language;
  double probability = 0;
};

/// `network` has listened; its texts are forgotten. kBadInput when its values are not finite.
Result<DetectedLanguage> detect_language(whisper::WindowNetwork& network,
                                         const whisper::Tokenizer& tokenizer);

}  // namespace decibit::transcription
