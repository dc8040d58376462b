// SPDX-License-Identifier: Apache-2.0
// Kokoro-82M's tensors; see README.md.
#pragma once

#include "models/schema.h"

namespace decibit::kokoro {

/// kBadInput when the config lacks or mis-states a dimension.
Result<Schema> schema(const Json& config, const SourceView& source);
/// hexgrad's config names no type, but only this family has both an istftnet and a plbert part.
bool config_matches(const Json& config);
bool tensors_match(const SourceView& source);

}  // namespace decibit::kokoro
