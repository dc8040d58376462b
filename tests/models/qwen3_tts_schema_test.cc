// SPDX-License-Identifier: Apache-2.0
// Qwen3-TTS against the reference's conversions and the published sizes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden_case.h"
#include "layer_order.h"
#include "models/qwen3_tts/schema.h"

namespace decibit {
namespace {

using testing::expect_golden_case;
using testing::GoldenSource;
using ::testing::HasSubstr;
using testing::read_golden_source;
using testing::with;
using testing::without;

class Qwen3TtsGolden : public ::testing::TestWithParam<const char*> {};
TEST_P(Qwen3TtsGolden, WritesWhatTheReferenceWrites) {
  expect_golden_case(GetParam(), "qwen3_tts");
}
INSTANTIATE_TEST_SUITE_P(Cases, Qwen3TtsGolden,
                         ::testing::Values("q3tts_plain", "q3tts_q4", "q3tts_q8", "q3tts_q6_g32",
                                           "q3tts_mxfp8", "q3tts_nvfp4", "q3tts_dtype_f32",
                                           "q3tts_f32_plain", "q3tts_f32_q4", "q3tts_custom_plain",
                                           "q3tts_custom_q4"));

TEST(Qwen3TtsSchema, ListsTensorsInTheReferencesOrder) {
  testing::expect_source_order("q3tts");
  testing::expect_source_order("q3tts_custom");
}

Json published_config(std::int64_t talker_hidden, const char* type) {
  Json config = *Json::parse(R"({"model_type": "qwen3_tts", "talker_config": {
      "code_predictor_config": {}}, "speaker_encoder_config": {}})");
  config.set("tts_model_type", type);
  config.find("talker_config")->set("hidden_size", talker_hidden);
  config.find("talker_config")->set("intermediate_size", 3 * talker_hidden);
  config.find("speaker_encoder_config")->set("enc_dim", talker_hidden);
  return config;
}

struct Counts {
  std::int64_t all = 0;
  std::int64_t quantizable = 0;
};

Counts counts_of(const Json& config) {
  const Result<Schema> schema = qwen3_tts::schema(config, {});
  EXPECT_TRUE(schema) << to_string(schema.error());
  Counts counts;
  for (const TensorSpec& spec : schema->tensors) {
    counts.all += *num_elements(spec.shape);
    if (spec.quantizable) counts.quantizable += *num_elements(spec.shape);
  }
  return counts;
}

// 1.7B-Base: model.safetensors has 3 857 413 744 bytes, header included. The quantized weights
// follow from the difference between the 8-bit and 4-bit repositories of mlx-community.
TEST(Qwen3TtsSchema, HasThePublishedParameterCounts) {
  const Counts base = counts_of(published_config(2048, "base"));
  EXPECT_EQ(base.all, 1'928'677'440);
  EXPECT_EQ(base.quantizable, 1'536'163'840);
  EXPECT_EQ(counts_of(published_config(1024, "base")).quantizable, 559'939'584);
  EXPECT_LT(counts_of(published_config(2048, "custom_voice")).all, base.all);
}

TEST(Qwen3TtsSchema, HeadsAndStacksForTheRecipes) {
  const GoldenSource source = read_golden_source("q3tts");
  const Result<Schema> schema = qwen3_tts::schema(source.config, source.view());
  ASSERT_TRUE(schema);
  int heads = 0;
  int sensitive = 0;
  for (const TensorSpec& spec : schema->tensors) {
    heads += spec.output_head ? 1 : 0;
    sensitive += spec.stack.sensitive ? 1 : 0;
  }
  EXPECT_EQ(heads, 1 + 3);      // codec_head and one per further codebook
  EXPECT_EQ(sensitive, 4 + 4);  // v_proj and down_proj, two layers in each stack
}

TEST(Qwen3TtsSchema, DropsPositionIds) {
  const auto schema = qwen3_tts::schema(read_golden_source("q3tts").config, {});
  ASSERT_TRUE(schema);
  EXPECT_EQ(schema->map_name("talker.model.position_ids").op, Mapped::Op::kDrop);
}

TEST(Qwen3TtsSchema, IsKnownByConfigAndByTensors) {
  const GoldenSource source = read_golden_source("q3tts");
  const Json nameless = without(without(source.config, "model_type"), "architectures");
  for (const Json& config : {nameless, Json(Json::Object{})}) {
    const auto detection = detect_model(config, source.view(), {});
    ASSERT_TRUE(detection) << to_string(detection.error());
    EXPECT_EQ(detection->type->name, "qwen3_tts");
  }
}

TEST(Qwen3TtsSchema, NamesWhatIsWrong) {
  const Json config = read_golden_source("q3tts").config;
  const std::string encoder = "speaker_encoder_config";
  const auto schema = qwen3_tts::schema(
      with(with(config, "talker_config.code_predictor_config.num_code_groups", 100000),
           encoder + ".enc_kernel_sizes", Json(Json::Array{5, 3})),
      {});
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(schema.error().message,
              HasSubstr("talker_config.code_predictor_config.num_code_groups is 100000"));
  EXPECT_THAT(schema.error().message, HasSubstr("enc_channels and enc_kernel_sizes"));
  EXPECT_FALSE(qwen3_tts::schema(with(config, encoder + ".enc_res2net_scale", 7), {}));
  EXPECT_FALSE(
      qwen3_tts::schema(with(config, encoder + ".enc_channels", Json(Json::Array{80})), {}));
  EXPECT_FALSE(qwen3_tts::schema(with(config, "talker_config", Json(Json::Array{})), {}));
}

}  // namespace
}  // namespace decibit
