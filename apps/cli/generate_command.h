// SPDX-License-Identifier: Apache-2.0
// What the flags of mlx_audio.tts.generate ask of `decibit speak`.
#pragma once

#include <string>
#include <vector>

#include "cli/values.h"
#include "core/reporter.h"
#include "core/result.h"

namespace decibit::cli {

/// The calls of speak that say `text` as generate's `values` ask: one for each line, or one for all
/// of it with --join-audio. Warns of flags that mean nothing for Kokoro. kUsage for those that ask
/// for what it cannot do, and for a text without words.
Result<std::vector<Values>> speak_calls(const Values& values, const std::string& text,
                                        Reporter& reporter);

}  // namespace decibit::cli
