// SPDX-License-Identifier: Apache-2.0
// Voxtral Mini's schema against the reference's conversions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden_case.h"
#include "layer_order.h"
#include "models/voxtral/schema.h"

namespace decibit {
namespace {

using testing::expect_golden_case;
using testing::GoldenSource;
using ::testing::HasSubstr;
using testing::read_golden_source;
using testing::with;
using testing::without;
using testing::written_by;

class VoxtralGolden : public ::testing::TestWithParam<const char*> {};
TEST_P(VoxtralGolden, WritesWhatTheReferenceWrites) { expect_golden_case(GetParam(), "voxtral"); }
INSTANTIATE_TEST_SUITE_P(Cases, VoxtralGolden,
                         ::testing::Values("vx_plain", "vx_q4", "vx_q6_g32_f16", "vx_dtype_f32",
                                           "vx_tied_q4"));

TEST(VoxtralSchema, ListsTensorsInTheReferencesOrder) {
  testing::expect_source_order("vx");
  testing::expect_source_order("vx_tied");
}

TEST(VoxtralSchema, IsKnownByItsTensors) {
  const GoldenSource source = read_golden_source("vx");
  const auto detection = detect_model(Json(Json::Object{}), source.view(), {});
  ASSERT_TRUE(detection) << to_string(detection.error());
  EXPECT_EQ(detection->type->name, "voxtral");
}

// The reference refuses such a file, although the head it holds is the embedding again.
TEST(VoxtralSchema, LeavesATiedHeadOut) {
  GoldenSource source = read_golden_source("vx_tied");
  source.tensors["language_model.lm_head.weight"] = {192, 64};
  const auto schema = voxtral::schema(source.config, source.view());
  ASSERT_TRUE(schema);
  written_by(*schema, source, {});
}

// Voxtral-Mini-3B-2507: 4.68 G parameters.
TEST(VoxtralSchema, DefaultsAreThe3BModel) {
  const Result<Schema> schema = voxtral::schema(Json(Json::Object{}), {});
  ASSERT_TRUE(schema);
  std::int64_t count = 0;
  for (const TensorSpec& spec : schema->tensors) count += *num_elements(spec.shape);
  EXPECT_NEAR(static_cast<double>(count), 4.676e9, 1e6);
}

TEST(VoxtralSchema, BiasesFollowTheConfig) {
  const Json config =
      with(with(read_golden_source("vx").config, "text_config.attention_bias", true),
           "text_config.mlp_bias", true);
  const Result<Schema> schema = voxtral::schema(config, {});
  ASSERT_TRUE(schema);
  int biases = 0;
  for (const TensorSpec& spec : schema->tensors) {
    if (spec.name.rfind("language_model.model.layers.3.", 0) == 0) {
      biases += spec.name.find(".bias") != std::string::npos ? 1 : 0;
    }
  }
  EXPECT_EQ(biases, 7);
}

TEST(VoxtralSchema, NamesWhatIsWrong) {
  const Json config = read_golden_source("vx").config;
  const auto schema = voxtral::schema(
      with(with(config, "text_config.hidden_size", 0), "audio_config.encoder_layers", 100000), {});
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(schema.error().message, HasSubstr("text_config.hidden_size is 0"));
  EXPECT_THAT(schema.error().message, HasSubstr("audio_config.encoder_layers is 100000"));
  EXPECT_FALSE(voxtral::schema(with(config, "text_config.tie_word_embeddings", 2), {}));
}

}  // namespace
}  // namespace decibit
