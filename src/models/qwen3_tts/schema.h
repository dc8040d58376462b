// SPDX-License-Identifier: Apache-2.0
// qwen3_tts: a talker that speaks codec frames, a code predictor that completes each frame, and in
// Base checkpoints an encoder of the speaker's voice. The codec (speech_tokenizer/) is a model of
// its own, which mlx-audio reads as published and the converter copies.
#pragma once

#include "models/schema.h"

namespace decibit::qwen3_tts {

/// Every size has mlx-audio's default; speaker_encoder.* is there only if tts_model_type is "base".
Result<Schema> schema(const Json& config, const SourceView& source);
bool config_matches(const Json& config);
bool tensors_match(const SourceView& source);

}  // namespace decibit::qwen3_tts
