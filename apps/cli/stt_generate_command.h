// SPDX-License-Identifier: Apache-2.0
// What the flags of mlx_audio.stt.generate ask for.
#pragma once

#include "cli/transcript_job.h"
#include "cli/values.h"
#include "core/reporter.h"
#include "core/result.h"

namespace decibit::cli {

/// The job that transcribes as `values` ask, but for the model. Warns of flags that mean nothing
/// for Whisper.
Result<TranscriptJob> stt_generate_job(const Values& values, Reporter& reporter);

}  // namespace decibit::cli
