// SPDX-License-Identifier: Apache-2.0
// voxtral_realtime: Voxtral Mini 4B Realtime, a causal encoder whose output is added to the token
// embeddings of a decoder.
#pragma once

#include "models/schema.h"

namespace decibit::voxtral_realtime {

/// `config` is any of the three of config.h. Every size has the default of the 4B model.
Result<Schema> schema(const Json& config, const SourceView& source);
bool config_matches(const Json& config);
bool tensors_match(const SourceView& source);

}  // namespace decibit::voxtral_realtime
