// SPDX-License-Identifier: Apache-2.0
// parakeet: NVIDIA's FastConformer with one of four decoders: TDT, TDT beside CTC, RNNT, CTC. The
// config is NeMo's as JSON, the weights are those of mlx-community (already in MLX layout).
#pragma once

#include "models/schema.h"

namespace decibit::parakeet {

/// kBadInput for a `target` that mlx-audio cannot run, and for Parakeet Redux (ternary).
Result<Schema> schema(const Json& config, const SourceView& source);
/// NeMo's config names no model_type, but its `target`.
bool config_matches(const Json& config);
bool tensors_match(const SourceView& source);

}  // namespace decibit::parakeet
