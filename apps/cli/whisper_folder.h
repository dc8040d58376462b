// SPDX-License-Identifier: Apache-2.0
// Where the model is that transcribes.
#pragma once

#include <filesystem>

#include "cli/values.h"
#include "core/result.h"

namespace decibit::cli {

/// Of the environment: what the model is without --model.
constexpr const char* kWhisperVariable = "DECIBIT_WHISPER_MODEL";

/// model_folder() of Whisper: $DECIBIT_WHISPER_MODEL, decibit/models/whisper-base, Whisper base in
/// the Hub's cache. A size as OpenAI calls it, "large-v3-turbo", is that of openai/whisper-...
/// there.
Result<std::filesystem::path> whisper_folder(const Values& values);

}  // namespace decibit::cli
