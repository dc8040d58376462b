// SPDX-License-Identifier: Apache-2.0
// Whisper's tensors, from any of its layouts; see README.md.
#pragma once

#include "models/schema.h"

namespace decibit::whisper {

/// kBadInput when the config lacks or mis-states a dimension. The length of the text context is the
/// row count of the position table in `source`; a config that says otherwise gets a note, and is
/// written with that count.
Result<Schema> schema(const Json& config, const SourceView& source);
/// OpenAI's ten dimensions (n_mels, n_audio_state, ...), which come without a model_type.
bool config_matches(const Json& config);
bool tensors_match(const SourceView& source);

}  // namespace decibit::whisper
