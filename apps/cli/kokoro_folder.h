// SPDX-License-Identifier: Apache-2.0
// Where the model is that speaks.
#pragma once

#include <filesystem>

#include "cli/values.h"
#include "core/result.h"

namespace decibit::cli {

/// Of the environment: what the model is without --model.
constexpr const char* kKokoroVariable = "DECIBIT_KOKORO_MODEL";

/// model_folder() of Kokoro: $DECIBIT_KOKORO_MODEL, decibit/models/kokoro-82m, Kokoro in the Hub's
/// cache.
Result<std::filesystem::path> kokoro_folder(const Values& values);

/// Whether the user says which one, with --model or with the variable.
bool names_kokoro(const Values& values);

}  // namespace decibit::cli
