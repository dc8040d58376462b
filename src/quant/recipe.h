// SPDX-License-Identifier: Apache-2.0
// Mixed recipes: most layers in few bits, the sensitive ones of some transformer blocks in more.
// Source: the mixed_* predicates of mlx_audio/lm/convert.py.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace decibit {

struct Recipe {
  std::string_view name;  // "mixed_2_6"
  int low_bits;
  int high_bits;
};

std::span<const Recipe> all_recipes();
std::optional<Recipe> recipe_from_name(std::string_view name);

/// Bits of one linear layer. `layer` of `layers` is its place in a transformer stack, -1 outside
/// any; `sensitive`: a value or down projection; `head`: the output head.
int recipe_bits(const Recipe& recipe, int layer, int layers, bool sensitive, bool head);

}  // namespace decibit
