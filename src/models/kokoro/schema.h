// SPDX-License-Identifier: Apache-2.0
// Kokoro-82M's tensors; see README.md.
#pragma once

#include "models/schema.h"
#include "models/styletts2/modules.h"

namespace decibit::kokoro {

/// Written into the reference's Decoder; the config has no keys for them.
inline constexpr styletts2::DecoderDims kDecoder{
    .wide = 1024, .out = 512, .residual_in = 512, .residual = 64};

/// kBadInput when the config lacks or mis-states a dimension.
Result<Schema> schema(const Json& config, const SourceView& source);
/// hexgrad's config names no type, but only this family has both an istftnet and a plbert part.
bool config_matches(const Json& config);
bool tensors_match(const SourceView& source);

}  // namespace decibit::kokoro
