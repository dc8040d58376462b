// SPDX-License-Identifier: Apache-2.0
// qwen2_audio: a Whisper encoder before a Qwen2 decoder.
#pragma once

#include "models/schema.h"

namespace decibit::qwen2_audio {

/// Every size has the default of Qwen2-Audio-7B, as in mlx-audio.
Result<Schema> schema(const Json& config, const SourceView& source);
bool tensors_match(const SourceView& source);

}  // namespace decibit::qwen2_audio
