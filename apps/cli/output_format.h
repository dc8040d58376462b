// SPDX-License-Identifier: Apache-2.0
// Which kind of sound file to write.
#pragma once

#include <filesystem>

#include "cli/values.h"
#include "core/result.h"
#include "io/audio_file.h"

namespace decibit::cli {

/// --format, else what the extension of `out` says. kUsage when neither says it, or `out` has the
/// extension of another format.
Result<AudioFormat> output_format(const Values& values, const std::filesystem::path& out);

}  // namespace decibit::cli
