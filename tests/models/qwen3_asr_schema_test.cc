// SPDX-License-Identifier: Apache-2.0
// Qwen3-ASR and its aligner against the reference's conversions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden_case.h"
#include "layer_order.h"
#include "models/qwen3_asr/schema.h"

namespace decibit {
namespace {

using testing::expect_golden_case;
using testing::GoldenSource;
using ::testing::HasSubstr;
using testing::read_golden_source;
using testing::with;
using testing::without;
using testing::written_by;

class Qwen3AsrGolden : public ::testing::TestWithParam<const char*> {};
TEST_P(Qwen3AsrGolden, WritesWhatTheReferenceWrites) {
  expect_golden_case(GetParam(), "qwen3_asr");
}
INSTANTIATE_TEST_SUITE_P(Cases, Qwen3AsrGolden,
                         ::testing::Values("q3asr_plain", "q3asr_q4", "q3asr_mxfp4",
                                           "q3asr_untied_plain", "q3asr_untied_q8_g32",
                                           "q3fa_plain", "q3fa_q4"));

TEST(Qwen3AsrSchema, TheAlignerUnderItsOwnName) {
  expect_golden_case("q3fa_own_q4", "qwen3_forced_aligner");
}

TEST(Qwen3AsrSchema, RecipesGiveEveryLayerTheReferencesBits) {
  testing::expect_recipe_case("q3asr_mixed_4_6", "mixed_4_6");
  testing::expect_recipe_case("q3fa_mixed_4_6", "mixed_4_6");
}

TEST(Qwen3AsrSchema, ListsTensorsInTheReferencesOrder) {
  testing::expect_source_order("q3asr");
  testing::expect_source_order("q3fa");
}

TEST(Qwen3AsrSchema, AConvertedFolderGivesTheSameTensors) {
  const GoldenSource source = read_golden_source("q3asr");
  const auto schema = qwen3_asr::schema(source.config, source.view());
  ASSERT_TRUE(schema);
  GoldenSource converted = source;
  converted.tensors.clear();
  for (const TensorSpec& spec : schema->tensors) converted.tensors[spec.name] = spec.shape;
  EXPECT_EQ(written_by(*schema, converted, {}), written_by(*schema, source, {}));
}

// The published checkpoints hold the tied head.
TEST(Qwen3AsrSchema, LeavesATiedHeadOut) {
  GoldenSource source = read_golden_source("q3asr");
  source.tensors["thinker.lm_head.weight"] = {192, 64};
  const auto schema = qwen3_asr::schema(source.config, source.view());
  ASSERT_TRUE(schema);
  written_by(*schema, source, {});
}

TEST(Qwen3AsrSchema, AFlatConfigWorksAsWell) {
  const GoldenSource source = read_golden_source("q3asr");
  Json flat = *source.config.find("thinker_config");
  flat.set("model_type", "qwen3_asr");
  const auto nested_schema = qwen3_asr::schema(source.config, {});
  const auto flat_schema = qwen3_asr::schema(flat, {});
  ASSERT_TRUE(nested_schema && flat_schema);
  ASSERT_EQ(flat_schema->tensors.size(), nested_schema->tensors.size());
  for (std::size_t i = 0; i < flat_schema->tensors.size(); ++i) {
    EXPECT_EQ(flat_schema->tensors[i].shape, nested_schema->tensors[i].shape);
  }
}

TEST(Qwen3AsrSchema, IsKnownByConfigAndByTensors) {
  const GoldenSource source = read_golden_source("q3asr");
  const Json nameless = without(without(source.config, "model_type"), "architectures");
  for (const Json& config : {nameless, Json(Json::Object{})}) {
    const auto detection = detect_model(config, source.view(), {});
    ASSERT_TRUE(detection) << to_string(detection.error());
    EXPECT_EQ(detection->type->name, "qwen3_asr");
  }
}

TEST(Qwen3AsrSchema, NamesWhatIsWrong) {
  const Json config = read_golden_source("q3fa").config;
  const auto schema = qwen3_asr::schema(with(with(config, "thinker_config.classify_num", -1),
                                             "thinker_config.audio_config.encoder_layers", 513),
                                        {});
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(schema.error().message, HasSubstr("thinker_config.classify_num is -1"));
  EXPECT_THAT(schema.error().message,
              HasSubstr("thinker_config.audio_config.encoder_layers is 513"));
  EXPECT_FALSE(qwen3_asr::schema(with(config, "thinker_config", "x"), {}));
}

}  // namespace
}  // namespace decibit
