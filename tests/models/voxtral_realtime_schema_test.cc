// SPDX-License-Identifier: Apache-2.0
// Voxtral Realtime in its three layouts and with its three configs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "golden_case.h"
#include "layer_order.h"
#include "models/voxtral_realtime/config.h"
#include "models/voxtral_realtime/schema.h"
#include "transformers_layout.h"

namespace decibit {
namespace {

using testing::expect_golden_case;
using testing::GoldenSource;
using ::testing::HasSubstr;
using testing::read_golden_case;
using testing::read_golden_source;
using testing::to_transformers;
using testing::transformers_config;
using testing::with;
using testing::without;
using testing::written_by;

class VoxtralRealtimeGolden : public ::testing::TestWithParam<const char*> {};
TEST_P(VoxtralRealtimeGolden, WritesWhatTheReferenceWrites) {
  expect_golden_case(GetParam(), "voxtral_realtime");
}
INSTANTIATE_TEST_SUITE_P(Cases, VoxtralRealtimeGolden,
                         ::testing::Values("vxrt_plain", "vxrt_q4", "vxrt_q8_g128", "vxrt_mxfp4",
                                           "vxrt_dtype_f16", "vxrt_q4_f16"));

TEST(VoxtralRealtimeSchema, ListsTensorsInTheReferencesOrder) {
  testing::expect_source_order("vxrt");
}

Schema schema_of(const GoldenSource& source) {
  Result<Schema> schema = voxtral_realtime::schema(source.config, source.view());
  if (!schema) throw std::runtime_error(schema.error().message);
  return *std::move(schema);
}

/// The golden source as transformers publishes it. `prefix` goes before every name.
GoldenSource in_transformers_layout(const GoldenSource& mistral, const std::string& prefix = "") {
  GoldenSource result;
  result.config = transformers_config(mistral.config);
  for (const auto& [name, shape] : mistral.tensors) {
    result.tensors[prefix + to_transformers(name, mistral.config).name] = shape;
  }
  result.tensors["language_model.lm_head.weight"] =
      result.tensors.at(prefix + "language_model.model.embed_tokens.weight");
  return result;
}

TEST(VoxtralRealtimeSchema, TransformersLayoutGivesTheSameTensors) {
  const auto golden = read_golden_case("vxrt_q4");
  const GoldenSource mistral = read_golden_source("vxrt");
  for (const char* prefix : {"", "model."}) {
    const GoldenSource source = in_transformers_layout(mistral, prefix);
    const auto detection = detect_model(without(source.config, "model_type"), source.view(), {});
    ASSERT_TRUE(detection) << to_string(detection.error());
    EXPECT_EQ(detection->type->name, "voxtral_realtime");
    EXPECT_EQ(written_by(schema_of(source), source, testing::quantization_of(golden.arguments)),
              golden.tensors);
  }
}

// transformers 5 has no `.model` inside the language model and its head at the top.
TEST(VoxtralRealtimeSchema, TransformersOwnNamesAreKnownToo) {
  const Schema schema = schema_of(read_golden_source("vxrt"));
  EXPECT_EQ(schema.map_name("model.language_model.layers.1.mlp.up_proj.weight").name,
            "decoder.layers.1.feed_forward_w3.weight");
  EXPECT_EQ(schema.map_name("model.language_model.norm.weight").name, "decoder.norm.weight");
  EXPECT_EQ(schema.map_name("lm_head.weight").op, Mapped::Op::kDrop);
}

TEST(VoxtralRealtimeSchema, UnpermutesExactlyTheRowsThatTransformersPermuted) {
  const GoldenSource mistral = read_golden_source("vxrt");
  const Schema schema = schema_of(in_transformers_layout(mistral));
  int unpermuted = 0;
  for (const auto& [name, shape] : mistral.tensors) {
    const auto theirs = to_transformers(name, mistral.config);
    const Mapped from_theirs = schema.map_name(theirs.name);
    const Mapped from_mistral = schema.map_name(name);
    EXPECT_EQ(from_theirs.name, from_mistral.name) << name;
    EXPECT_EQ(from_mistral.op, Mapped::Op::kNone) << name;
    EXPECT_EQ(from_theirs.op == Mapped::Op::kUnpermute, theirs.heads > 0) << name;
    EXPECT_EQ(from_theirs.heads, theirs.heads) << name;
    unpermuted += theirs.heads > 0 ? 1 : 0;
  }
  EXPECT_EQ(unpermuted, 2 * 3 + 2 * 2);  // encoder: wq with bias, wk; decoder: wq, wk
}

TEST(VoxtralRealtimeSchema, CanonicalNamesMapToThemselves) {
  const Schema schema = schema_of(read_golden_source("vxrt"));
  for (const TensorSpec& spec : schema.tensors) {
    const Mapped mapped = schema.map_name(spec.name);
    EXPECT_EQ(mapped.name, spec.name);
    EXPECT_EQ(mapped.op, Mapped::Op::kNone) << spec.name;
  }
}

TEST(VoxtralRealtimeSchema, UnknownNamesAreReturnedUnchanged) {
  const Schema schema = schema_of(read_golden_source("vxrt"));
  for (const char* name :
       {"", "model.", "model.x", "layers", "mm_streams_embeddings.embedding_module.x.weight",
        "output.weight", "audio_tower.embed_positions.weight"}) {
    EXPECT_EQ(schema.map_name(name).name, name);
    EXPECT_EQ(schema.map_name(name).op, Mapped::Op::kNone);
  }
}

// mlx-community/Voxtral-Mini-4B-Realtime-2602 is 8.86 GB of BF16 in 711 tensors.
TEST(VoxtralRealtimeSchema, DefaultsAreThe4BModel) {
  const Result<Schema> schema = voxtral_realtime::schema(Json(Json::Object{}), {});
  ASSERT_TRUE(schema) << to_string(schema.error());
  std::int64_t count = 0;
  for (const TensorSpec& spec : schema->tensors) count += *num_elements(spec.shape);
  EXPECT_EQ(schema->tensors.size(), 711u);
  EXPECT_NEAR(static_cast<double>(count), 4.4297e9, 1e5);
}

TEST(VoxtralRealtimeSchema, BothTowersAreStacksForTheRecipes) {
  const Schema schema = schema_of(read_golden_source("vxrt"));
  int sensitive = 0;
  for (const TensorSpec& spec : schema.tensors) {
    if (!spec.stack.sensitive) continue;
    ++sensitive;
    EXPECT_EQ(spec.stack.layers, 2) << spec.name;
    EXPECT_TRUE(spec.name.find(".wv.") != std::string::npos ||
                spec.name.find("_w2.") != std::string::npos)
        << spec.name;
  }
  EXPECT_EQ(sensitive, 2 * 2 + 2 * 2);
}

Json params_of_the_golden_source() {
  return *Json::parse(R"({
    "dim": 64, "n_layers": 2, "n_heads": 4, "n_kv_heads": 2, "head_dim": 32, "hidden_dim": 128,
    "vocab_size": 192, "norm_eps": 1e-05, "rope_theta": 1000000.0, "sliding_window": "16",
    "tied_embeddings": true, "model_parallel": 1, "ada_rms_norm_t_cond": true,
    "ada_rms_norm_t_cond_dim": 64,
    "multimodal": {"whisper_model_args": {
      "encoder_args": {
        "audio_encoding_args": {"sampling_rate": 16000, "num_mel_bins": 128,
                                "chunk_length_s": null},
        "dim": 64, "n_layers": 2, "n_heads": 2, "n_kv_heads": 2, "head_dim": 32,
        "hidden_dim": 128, "sliding_window": 12, "max_source_positions": null},
      "downsample_args": {"downsample_factor": 4}}}})");
}

// Field report B046: a Mistral repository has no config.json.
TEST(VoxtralRealtimeConfig, ParamsJsonStandsInForConfigJson) {
  GoldenSource source = read_golden_source("vxrt");
  source.config = params_of_the_golden_source();
  const auto detection = detect_model(source.config, source.view(), {});
  ASSERT_TRUE(detection) << to_string(detection.error());
  EXPECT_EQ(detection->type->name, "voxtral_realtime");
  const auto golden = read_golden_case("vxrt_plain");
  EXPECT_EQ(written_by(schema_of(source), source, {}), golden.tensors);
}

TEST(VoxtralRealtimeConfig, ParamsBecomeMlxAudiosConfig) {
  const auto config = voxtral_realtime::config_from_params(params_of_the_golden_source());
  ASSERT_TRUE(config);
  EXPECT_EQ(*config, *Json::parse(R"({
    "model_type": "voxtral_realtime",
    "encoder_args": {
      "audio_encoding_args": {"sampling_rate": 16000, "num_mel_bins": 128},
      "dim": 64, "n_layers": 2, "n_heads": 2, "n_kv_heads": 2, "head_dim": 32, "hidden_dim": 128,
      "sliding_window": 12, "downsample_factor": 4},
    "decoder": {
      "dim": 64, "n_layers": 2, "n_heads": 4, "n_kv_heads": 2, "head_dim": 32, "hidden_dim": 128,
      "vocab_size": 192, "norm_eps": 1e-05, "rope_theta": 1000000.0, "sliding_window": 16,
      "tied_embeddings": true, "ada_rms_norm_t_cond": true, "ada_rms_norm_t_cond_dim": 64}})"));
}

TEST(VoxtralRealtimeConfig, ParamsOfAnotherModelAreNotTaken) {
  const Json params = params_of_the_golden_source();
  for (const Json& other :
       {without(params, "multimodal"), without(params, "ada_rms_norm_t_cond"),
        with(params, "multimodal.whisper_model_args.encoder_args", "x"), Json(), Json(3)}) {
    EXPECT_FALSE(voxtral_realtime::config_from_params(other));
  }
}

TEST(VoxtralRealtimeConfig, ADelayThatCannotBeIsLeftOut) {
  const GoldenSource source = in_transformers_layout(read_golden_source("vxrt"));
  for (const std::int64_t delay : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                   std::numeric_limits<std::int64_t>::max()}) {
    const Json config = voxtral_realtime::mlx_config(
        with(source.config, "default_num_delay_tokens", delay), source.view());
    EXPECT_EQ(config.find("transcription_delay_ms"), nullptr) << delay;
  }
}

TEST(VoxtralRealtimeConfig, TransformersBecomesMlxAudios) {
  const GoldenSource mistral = read_golden_source("vxrt");
  const GoldenSource source = in_transformers_layout(mistral);
  const Json config = voxtral_realtime::mlx_config(source.config, source.view());
  EXPECT_EQ(config.find("text_config"), nullptr);
  EXPECT_EQ(config.find("audio_config"), nullptr);
  EXPECT_EQ(*config.find("transcription_delay_ms"), Json(480));
  EXPECT_EQ(*config.find("decoder")->find("ada_rms_norm_t_cond_dim"), Json(64));
  EXPECT_EQ(*config.find("decoder")->find("rope_theta"), Json(1000000.0));
  EXPECT_EQ(*config.find("encoder_args")->find("downsample_factor"), Json(4));
  // Nothing is left to translate.
  EXPECT_EQ(voxtral_realtime::mlx_config(config, source.view()), config);
}

TEST(VoxtralRealtimeConfig, TheSchemaCarriesTheConfigToWrite) {
  const GoldenSource mlx = read_golden_source("vxrt");
  EXPECT_TRUE(schema_of(mlx).config.is_null());
  for (const GoldenSource& source : {in_transformers_layout(mlx), [&] {
                                       GoldenSource params = mlx;
                                       params.config = params_of_the_golden_source();
                                       return params;
                                     }()}) {
    EXPECT_EQ(schema_of(source).config, voxtral_realtime::mlx_config(source.config, source.view()));
  }
}

// Field report B046: a repository that holds both layouts has one config.json, that of
// transformers.
TEST(VoxtralRealtimeConfig, TransformersConfigServesMistralsTensors) {
  GoldenSource source = read_golden_source("vxrt");
  source.config = transformers_config(source.config);
  EXPECT_EQ(written_by(schema_of(source), source, {}), read_golden_case("vxrt_plain").tensors);
}

TEST(VoxtralRealtimeConfig, NamesWhatIsWrong) {
  const Json config = read_golden_source("vxrt").config;
  const auto schema = voxtral_realtime::schema(
      with(with(config, "decoder.n_layers", 1 << 30), "encoder_args.head_dim", -4), {});
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(schema.error().message, HasSubstr("decoder.n_layers is 1073741824"));
  EXPECT_THAT(schema.error().message, HasSubstr("encoder_args.head_dim is -4"));
  EXPECT_FALSE(voxtral_realtime::schema(with(config, "decoder.head_dim", 33), {}));
  EXPECT_FALSE(voxtral_realtime::schema(with(config, "decoder", "x"), {}));
}

}  // namespace
}  // namespace decibit
