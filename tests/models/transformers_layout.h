// SPDX-License-Identifier: Apache-2.0
// Voxtral Realtime as transformers publishes it, made of the Mistral layout: the direction of
// transformers' conversion script, opposite to ours, and written after it rather than after our
// code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/json.h"

namespace decibit::testing {

struct TransformersTensor {
  std::string name;
  int heads = 0;  // of a q or k projection, whose rows are reordered; else 0
};

/// `config` is mlx-audio's (encoder_args, decoder).
TransformersTensor to_transformers(const std::string& mistral_name, const Json& config);

/// Row i of the transformers tensor is row `order[i]` of Mistral's: the rows seen as
/// [heads, D/2, 2] with the last two dimensions swapped.
std::vector<std::int64_t> transformers_row_order(std::int64_t rows, int heads);

/// transformers' config.json for mlx-audio's config.
Json transformers_config(const Json& config);

}  // namespace decibit::testing
