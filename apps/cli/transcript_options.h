// SPDX-License-Identifier: Apache-2.0
// How to decode, as the flags of transcribe say it: OpenAI's names and defaults.
#pragma once

#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/values.h"
#include "core/result.h"
#include "decibit/transcribe.h"

namespace decibit::cli {

/// The flags that transcript_options() reads, under the headings of --help.
std::vector<Flag> transcript_option_flags();

/// kUsage for numbers out of range and flags that exclude each other. Whether the model knows the
/// language is checked with the model.
Result<TranscribeOptions> transcript_options(const Values& values);

/// "90", "1:30.5", "1:02:03": seconds. kUsage otherwise.
Result<double> parse_time(std::string_view flag, std::string_view text);

}  // namespace decibit::cli
