// SPDX-License-Identifier: Apache-2.0
// Kokoro's voices as hexgrad publishes them (one PyTorch tensor a file) in the form mlx-audio
// reads: a safetensors file with the single key "voice" (mlx_audio/tts/models/kokoro/voice.py).
#pragma once

#include <filesystem>

#include "core/result.h"

namespace decibit {

/// kBadInput unless the file holds exactly one tensor.
Status convert_torch_voice(const std::filesystem::path& source,
                           const std::filesystem::path& target);

}  // namespace decibit
