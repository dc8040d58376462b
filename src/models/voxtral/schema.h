// SPDX-License-Identifier: Apache-2.0
// voxtral: Voxtral Mini 3B and Small 24B, a Whisper encoder before a Llama decoder.
#pragma once

#include "models/schema.h"

namespace decibit::voxtral {

/// Every size has the default of Voxtral Mini 3B, as in mlx-audio.
Result<Schema> schema(const Json& config, const SourceView& source);
bool tensors_match(const SourceView& source);

}  // namespace decibit::voxtral
