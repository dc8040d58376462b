// SPDX-License-Identifier: Apache-2.0
// Speaking as commands ask for it: a text in, sound and a report out.
#pragma once

#include <filesystem>
#include <string>

#include "cli/outcome.h"
#include "cli/speech_input.h"
#include "cli/speech_output.h"
#include "cli/values.h"
#include "core/reporter.h"
#include "core/result.h"
#include "nn/context.h"
#include "speech/synthesizer.h"

namespace decibit::cli {

struct SpeechJob {
  SpeechInput input;
  SpeechOutputPlan output;
  speech::Options options;
  std::filesystem::path model;
  std::string voice;
  unsigned threads = 0;  // 0: one for each usable core
  std::string isa;
  Compute compute = Compute::kAuto;
  bool explain = false;  // in the outcome's text
  bool report = false;   // texts and phonemes in the outcome's JSON; they grow with the text
};

/// --speed, within what the network is good for.
Result<float> parse_speed(const Values& values);

/// Loads, speaks and writes. When the user stops it, what was spoken stays (with --split, of whole
/// paragraphs), and kInterrupted says where.
Result<Outcome> speak(SpeechJob job, Reporter& reporter);

/// What the job would say. Of the model only the symbols count; without one, the published ones.
Result<Outcome> explain(SpeechJob job, Reporter& reporter);

}  // namespace decibit::cli
