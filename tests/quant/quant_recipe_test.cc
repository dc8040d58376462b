// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <vector>

#include "quant/recipe.h"

namespace decibit {
namespace {

TEST(QuantRecipe, NamesAndBits) {
  const std::vector<std::pair<std::string_view, std::pair<int, int>>> expected = {
      {"mixed_2_6", {2, 6}}, {"mixed_3_4", {3, 4}}, {"mixed_3_6", {3, 6}}, {"mixed_4_6", {4, 6}}};
  ASSERT_EQ(all_recipes().size(), expected.size());
  for (const auto& [name, bits] : expected) {
    const auto recipe = recipe_from_name(name);
    ASSERT_TRUE(recipe.has_value()) << name;
    EXPECT_EQ(std::pair(recipe->low_bits, recipe->high_bits), bits);
  }
  EXPECT_FALSE(recipe_from_name("mixed_4_8").has_value());
}

std::vector<int> high_layers(int layers) {
  const Recipe recipe = *recipe_from_name("mixed_4_6");
  std::vector<int> high;
  for (int i = 0; i < layers; ++i)
    if (recipe_bits(recipe, i, layers, /*sensitive=*/true, /*head=*/false) == 6) high.push_back(i);
  return high;
}

// Worked by hand from: i < n/8, i >= 7n/8, or (i - n/8) % 3 == 2, all divisions rounded down.
TEST(QuantRecipe, MoreBitsAtBothEndsAndEveryThird) {
  EXPECT_EQ(high_layers(16), (std::vector<int>{0, 1, 4, 7, 10, 13, 14, 15}));
  EXPECT_EQ(high_layers(8), (std::vector<int>{0, 3, 6, 7}));
  EXPECT_EQ(high_layers(4), (std::vector<int>{2, 3}));  // 7*4/8 = 3
  EXPECT_EQ(high_layers(1), (std::vector<int>{0}));     // 7*1/8 = 0
}

TEST(QuantRecipe, OnlySensitiveLayersAndTheHead) {
  const Recipe recipe = *recipe_from_name("mixed_3_6");
  EXPECT_EQ(recipe_bits(recipe, 0, 16, /*sensitive=*/false, /*head=*/false), 3);
  EXPECT_EQ(recipe_bits(recipe, 2, 16, /*sensitive=*/true, /*head=*/false), 3);
  EXPECT_EQ(recipe_bits(recipe, -1, 0, /*sensitive=*/true, /*head=*/false), 3);
  EXPECT_EQ(recipe_bits(recipe, -1, 0, /*sensitive=*/false, /*head=*/true), 6);
}

}  // namespace
}  // namespace decibit
