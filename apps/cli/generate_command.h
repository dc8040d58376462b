// SPDX-License-Identifier: Apache-2.0
// What the flags of mlx_audio.tts.generate ask for.
#pragma once

#include <string>

#include "cli/speech_job.h"
#include "cli/values.h"
#include "core/reporter.h"
#include "core/result.h"

namespace decibit::cli {

/// The job that says `text` as generate's `values` ask, but for the model: a file for each line, or
/// one for all of it with --join-audio. Warns of flags that mean nothing for Kokoro. kUsage for
/// those that ask for what it cannot do, and for a text without words.
Result<SpeechJob> generate_job(const Values& values, const std::string& text, Reporter& reporter);

}  // namespace decibit::cli
