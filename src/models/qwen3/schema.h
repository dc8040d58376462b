// SPDX-License-Identifier: Apache-2.0
// qwen3: a text-to-speech model that is a plain Qwen3 language model over audio tokens.
#pragma once

#include "models/schema.h"

namespace decibit::qwen3 {

/// kBadInput when config.json lacks a size or tie_word_embeddings.
Result<Schema> schema(const Json& config, const SourceView& source);

}  // namespace decibit::qwen3
