// SPDX-License-Identifier: Apache-2.0
// The plain Qwen3 language model: the family on which the reference's recipes work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden_case.h"
#include "layer_order.h"
#include "models/qwen3/schema.h"

namespace decibit {
namespace {

using testing::expect_golden_case;
using testing::expect_recipe_case;
using ::testing::HasSubstr;
using testing::read_golden_source;
using testing::with;
using testing::without;

class Qwen3Golden : public ::testing::TestWithParam<const char*> {};
TEST_P(Qwen3Golden, WritesWhatTheReferenceWrites) { expect_golden_case(GetParam(), "qwen3"); }
INSTANTIATE_TEST_SUITE_P(Cases, Qwen3Golden,
                         ::testing::Values("q3lm_plain", "q3lm_q4", "q3lm_q4_g128",
                                           "q3lm_k160_q4_g32", "q3lm_k160_q4_g64",
                                           "q3lm_k160_mxfp4", "q3lm_k160_nvfp4", "q3lm_tied_plain",
                                           "q3lm_tied_q4"));

struct RecipeCase {
  const char* id;
  const char* recipe;
};
class Qwen3Recipe : public ::testing::TestWithParam<RecipeCase> {};
TEST_P(Qwen3Recipe, GivesEveryLayerTheReferencesBits) {
  expect_recipe_case(GetParam().id, GetParam().recipe);
}
INSTANTIATE_TEST_SUITE_P(Cases, Qwen3Recipe,
                         ::testing::Values(RecipeCase{"q3lm_mixed_2_6", "mixed_2_6"},
                                           RecipeCase{"q3lm_mixed_3_4", "mixed_3_4"},
                                           RecipeCase{"q3lm_mixed_3_6", "mixed_3_6"},
                                           RecipeCase{"q3lm_mixed_4_6", "mixed_4_6"},
                                           RecipeCase{"q3lm_mixed_4_6_f16", "mixed_4_6"},
                                           RecipeCase{"q3lm_mixed_4_6_g128", "mixed_4_6"},
                                           RecipeCase{"q3lm_mixed_4_6_bits8_g32", "mixed_4_6"},
                                           RecipeCase{"q3lm_mixed_3_6_mxfp4", "mixed_3_6"},
                                           RecipeCase{"q3lm_f32_mixed_4_6", "mixed_4_6"},
                                           RecipeCase{"q3lm_few_mixed_2_6", "mixed_2_6"},
                                           RecipeCase{"q3lm_tied_mixed_3_6", "mixed_3_6"}));

TEST(Qwen3Schema, ListsTensorsInTheReferencesOrder) {
  testing::expect_source_order("q3lm");
  testing::expect_source_order("q3lm_tied");
}

TEST(Qwen3Schema, OnlyATiedModelDropsTheHead) {
  const Json config = read_golden_source("q3lm").config;
  const auto untied = qwen3::schema(config, {});
  const auto tied = qwen3::schema(with(config, "tie_word_embeddings", true), {});
  ASSERT_TRUE(untied && tied);
  EXPECT_EQ(untied->map_name("lm_head.weight").op, Mapped::Op::kNone);
  EXPECT_EQ(tied->map_name("lm_head.weight").op, Mapped::Op::kDrop);
  EXPECT_EQ(untied->tensors.size(), tied->tensors.size() + 1);
}

// The reference's ModelArgs has no defaults either.
TEST(Qwen3Schema, NamesEveryMissingKey) {
  const auto schema = qwen3::schema(Json(Json::Object{}), {});
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, ErrorCode::kBadInput);
  for (const char* key :
       {"hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
        "num_key_value_heads", "head_dim", "vocab_size", "tie_word_embeddings"}) {
    EXPECT_THAT(schema.error().message, HasSubstr(key));
  }
}

TEST(Qwen3Schema, RefusesSizesBeyondReason) {
  const Json config = read_golden_source("q3lm").config;
  for (const char* key : {"hidden_size", "num_hidden_layers", "head_dim", "vocab_size"}) {
    for (const Json& value :
         {Json(0), Json(-1), Json(std::int64_t{1} << 40), Json("64"), Json(1.5)}) {
      const auto schema = qwen3::schema(with(config, key, value), {});
      ASSERT_FALSE(schema) << key;
      EXPECT_THAT(schema.error().message, HasSubstr(key));
    }
  }
}

}  // namespace
}  // namespace decibit
