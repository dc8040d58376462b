// SPDX-License-Identifier: Apache-2.0
// Transcribing as commands ask for it: files of sound in, transcripts and a report out.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/outcome.h"
#include "cli/transcript_output.h"
#include "core/reporter.h"
#include "core/result.h"
#include "decibit/transcribe.h"
#include "nn/context.h"

namespace decibit::cli {

struct TranscriptJob {
  std::vector<std::string> inputs;
  TranscribeOptions options;
  TranscriptOutputPlan output;
  std::filesystem::path model;
  std::optional<int> raw_rate_hz;  // standard input is samples without a header
  unsigned threads = 0;            // 0: one for each usable core
  std::string isa;
  Compute compute = Compute::kAuto;
  bool live = false;     // each segment goes to standard output when it is there
  bool report = false;   // segments in the outcome's JSON; they grow with the sound
  bool verbose = false;  // what was left out or tried again is noted
};

/// kUsage when the inputs contradict each other, kNotFound when one is missing and the only one.
Status check_inputs(const TranscriptJob& job);

/// Loads the model and transcribes the inputs in turn. What fails for one of several is a warning
/// and kSomeFailed in the end; when the user stops it, what was transcribed stays.
Result<Outcome> transcribe(const TranscriptJob& job, Reporter& reporter);

}  // namespace decibit::cli
