// SPDX-License-Identifier: Apache-2.0
// qwen3_asr and qwen3_forced_aligner: one network, whose head gives text tokens or time classes.
#pragma once

#include "models/schema.h"

namespace decibit::qwen3_asr {

/// Speech recognition, or the aligner when thinker_config says so; model_type stays qwen3_asr.
/// Every size has the default of Qwen3-ASR-1.7B, as in mlx-audio.
Result<Schema> schema(const Json& config, const SourceView& source);
/// The aligner under its own model_type.
Result<Schema> aligner_schema(const Json& config, const SourceView& source);
bool config_matches(const Json& config);
bool tensors_match(const SourceView& source);

}  // namespace decibit::qwen3_asr
