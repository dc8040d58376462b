// SPDX-License-Identifier: Apache-2.0
// KittenTTS's tensors; see README.md.
#pragma once

#include "models/schema.h"

namespace decibit::kitten_tts {

/// kBadInput when the config lacks or mis-states a dimension.
Result<Schema> schema(const Json& config, const SourceView& source);
/// Kokoro's config keys and asr_res_dim.
bool config_matches(const Json& config);
bool tensors_match(const SourceView& source);

}  // namespace decibit::kitten_tts
