// SPDX-License-Identifier: Apache-2.0
// The files that transcripts go to.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/values.h"
#include "core/result.h"
#include "transcription/writers/transcript_file.h"

namespace decibit::cli {

/// Standard input, among the inputs.
constexpr std::string_view kStandardInput = "-";

struct TranscriptOutputPlan {
  std::vector<transcription::TranscriptFormat> formats;  // none: lines on standard output
  std::vector<std::filesystem::path> bases;  // of each input: its files without their extension
  transcription::CueLayout layout;
  bool has_words = false;
};

/// The flags that plan_transcript_output() reads.
std::vector<Flag> transcript_output_flags();

/// From --format, --output-dir and the flags of lines; makes no folder. The plan has passed
/// check_collisions().
Result<TranscriptOutputPlan> plan_transcript_output(const Values& values,
                                                    const std::vector<std::string>& inputs);

/// kUsage when two inputs have one stem or an input would be replaced.
Status check_collisions(const TranscriptOutputPlan& plan, const std::vector<std::string>& inputs);

/// The files of one input, all of them open until the end.
class TranscriptOutput {
 public:
  /// Makes the folder if need be.
  static Result<TranscriptOutput> open(const TranscriptOutputPlan& plan, std::size_t input);

  Status add(const TranscribedSegment& segment);
  /// Returns where the files are, as keep_fragment().
  Result<std::vector<std::string>> finish(std::string_view language);
  /// In place of finish(), when the user stopped.
  Result<std::vector<std::string>> keep_fragment(std::string_view language);

 private:
  std::vector<transcription::TranscriptFile> files_;
};

}  // namespace decibit::cli
