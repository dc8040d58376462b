// SPDX-License-Identifier: Apache-2.0
// Where the model is that speaks.
#pragma once

#include <filesystem>
#include <optional>

#include "cli/values.h"
#include "core/result.h"

namespace decibit::cli {

/// The folder of --model: a path, or a Hub name that the Hub's cache has. Without --model the first
/// there is of: $DECIBIT_KOKORO_MODEL, what scripts/demo.sh installed among the user's data, Kokoro
/// in the Hub's cache (hexgrad's, else a copy of it in MLX's format; only with its config.json).
/// kNotFound for a path or name that leads nowhere, and when there is none of the three.
Result<std::filesystem::path> kokoro_folder(const Values& values);

}  // namespace decibit::cli
