// SPDX-License-Identifier: Apache-2.0
#include "quant/recipe.h"

#include <array>

namespace decibit {
namespace {

constexpr std::array kRecipes = {
    Recipe{"mixed_2_6", 2, 6},
    Recipe{"mixed_3_4", 3, 4},
    Recipe{"mixed_3_6", 3, 6},
    Recipe{"mixed_4_6", 4, 6},
};

// The first and the last eighth of the stack, and every third block between.
bool gets_more_bits(int layer, int layers) {
  if (layer < 0) return false;
  const int eighth = layers / 8;
  return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
}

}  // namespace

std::span<const Recipe> all_recipes() { return kRecipes; }

std::optional<Recipe> recipe_from_name(std::string_view name) {
  for (const Recipe& r : kRecipes)
    if (r.name == name) return r;
  return std::nullopt;
}

int recipe_bits(const Recipe& recipe, int layer, int layers, bool sensitive, bool head) {
  const bool high = head || (sensitive && gets_more_bits(layer, layers));
  return high ? recipe.high_bits : recipe.low_bits;
}

}  // namespace decibit
