// SPDX-License-Identifier: Apache-2.0
// Heads of the decoder that look at the audio at the moment in which a token is spoken: word times
// come from them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/reporter.h"
#include "io/json.h"
#include "models/whisper/dims.h"

namespace decibit::whisper {

struct AlignmentHead {
  std::int64_t layer = 0, head = 0;
  bool operator==(const AlignmentHead&) const = default;
};

/// At least one. From alignment_heads of generation_config.json in `folder`, pairs that the model
/// does not have left out with a note; else OpenAI's list for a model of these dimensions; else all
/// heads of the last half of the layers. `config` tells large-v1 from large-v2, by _name_or_path.
std::vector<AlignmentHead> alignment_heads(const std::filesystem::path& folder, const Json& config,
                                           const Dims& dims, Reporter& reporter);

}  // namespace decibit::whisper
