// SPDX-License-Identifier: Apache-2.0
// The tensor names of Voxtral Realtime: Mistral's and transformers' onto mlx-audio's.
#pragma once

#include <string_view>

#include "models/schema.h"

namespace decibit::voxtral_realtime {

struct Heads {
  int encoder = 0;
  int decoder_queries = 0;
  int decoder_keys = 0;
};

/// Mistral's and mlx-audio's names keep their rows. transformers' queries and keys, whose rows are
/// sorted for half-split rotary angles, come with kUnpermute. Any other name is returned unchanged.
Mapped map_name(std::string_view name, const Heads& heads);

}  // namespace decibit::voxtral_realtime
