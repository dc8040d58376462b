// SPDX-License-Identifier: Apache-2.0
// qwen2_audio: a Whisper encoder before a Qwen2 decoder.
#pragma once

#include "models/schema.h"

namespace decibit {

/// Every size has the default of Qwen2-Audio-7B, as in mlx-audio.
Result<Schema> qwen2_audio_schema(const Json& config, const SourceView& source);
bool qwen2_audio_tensors_match(const SourceView& source);

}  // namespace decibit
