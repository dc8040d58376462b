// SPDX-License-Identifier: Apache-2.0
// The sound of an input: a file, or standard input.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/reporter.h"
#include "core/result.h"
#include "io/sample_source.h"

namespace decibit::cli {

/// One channel at kTranscriptionRateHz that can be read again; what cannot is kept in $TMPDIR
/// meanwhile. `raw_rate_hz`: of standard input without a header. The errors of open_audio() and of
/// spool(). The reporter outlives it.
Result<std::unique_ptr<SampleSource>> open_sound(const std::string& input,
                                                 std::optional<int> raw_rate_hz,
                                                 Reporter& reporter);

}  // namespace decibit::cli
