// SPDX-License-Identifier: Apache-2.0
// A sound file as Whisper hears it.
#pragma once

#include <memory>
#include <string>

#include "core/reporter.h"
#include "core/result.h"
#include "io/sample_source.h"

namespace decibit {

/// One channel at kTranscriptionRateHz. The reporter outlives it.
Result<std::unique_ptr<SampleSource>> open_sound(const std::string& path, Reporter& reporter);

}  // namespace decibit
