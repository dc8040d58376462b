// SPDX-License-Identifier: Apache-2.0
// The files beside the weights: tokenizers, generation settings, voices, the speech tokenizer, the
// licence. Copied by content (links followed), never the source's own weights.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/reporter.h"
#include "core/result.h"
#include "io/checkpoint.h"

namespace decibit {

/// Whether a file at this relative path is copied, as far as its name tells: it is no hidden file,
/// no config.json, no weight at the root, and has one of the known extensions or is a licence.
bool is_support_file(const std::filesystem::path& relative);

/// Whether a file at this relative path is known to come from a conversion: weights, config,
/// voices, a licence, tokenizer and settings files. `own`: what the conversion at hand writes.
bool is_conversion_output(const std::filesystem::path& relative,
                          const std::vector<std::string>& own);

/// What will stand beside the weights.
struct SupportFile {
  std::filesystem::path relative;  // in the result
  std::filesystem::path source;
  bool is_torch_voice = false;  // voices/NAME.pt, written as voices/NAME.safetensors
};

/// mlx-audio's copy rule with its holes mended (docs/differences.md): hidden files, config.json and
/// everything that holds this checkpoint's weights are left out. kBadInput for a link to nothing.
Result<std::vector<SupportFile>> find_support_files(const Checkpoint& checkpoint);

/// Copies them below `folder`. kInterrupted when the reporter asks to stop.
Status copy_support_files(const std::vector<SupportFile>& files,
                          const std::filesystem::path& folder, Reporter& reporter);

}  // namespace decibit
