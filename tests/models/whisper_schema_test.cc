// SPDX-License-Identifier: Apache-2.0
// Whisper's schema in its three layouts against the reference's conversions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "golden_case.h"
#include "models/whisper/schema.h"

namespace decibit {
namespace {

using ::testing::ElementsAre;
using testing::expect_golden_case;
using testing::GoldenSource;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::read_golden_source;
using testing::with;
using testing::without;
using testing::written_by;

class WhisperGolden : public ::testing::TestWithParam<const char*> {};
TEST_P(WhisperGolden, WritesWhatTheReferenceWrites) { expect_golden_case(GetParam(), "whisper"); }
INSTANTIATE_TEST_SUITE_P(
    Cases, WhisperGolden,
    ::testing::Values("whisper_plain", "whisper_q4", "whisper_q1", "whisper_q3_g32", "whisper_q5",
                      "whisper_q8_g32", "whisper_q4_g128", "whisper_mxfp4", "whisper_mxfp8",
                      "whisper_nvfp4", "whisper_k96_mxfp4", "whisper_k96_q4_g32",
                      "whisper_k96_q8_g64", "whisper_openai_plain", "whisper_openai_q4",
                      "whisper_openai_weights_q4", "whisper_sharded_q4", "whisper_f16_q8_g128",
                      "whisper_bf16_mxfp8_bf16", "whisper_files"));

const TensorSpec* find(const Schema& schema, std::string_view name) {
  const auto it = std::find_if(schema.tensors.begin(), schema.tensors.end(),
                               [&](const TensorSpec& spec) { return spec.name == name; });
  return it == schema.tensors.end() ? nullptr : &*it;
}

Schema schema_of(const GoldenSource& source) {
  Result<Schema> schema = whisper::schema(source.config, source.view());
  EXPECT_TRUE(schema) << to_string(schema.error());
  return *std::move(schema);
}

TEST(WhisperSchema, GoesThroughHalfPrecision) {
  EXPECT_TRUE(schema_of(read_golden_source("whisper")).through_f16);
}

// The two broken golden sources: what is wrong with each is visible from schema and source.
TEST(WhisperSchema, ShowsWhatABrokenSourceLacks) {
  const GoldenSource missing = read_golden_source("whisper_missing");
  const Schema whole = schema_of(missing);
  const TensorSpec* lost = find(whole, "decoder.ln.bias");
  ASSERT_NE(lost, nullptr);
  EXPECT_FALSE(lost->optional);
  EXPECT_EQ(missing.tensors.count("model.decoder.layer_norm.bias"), 0U);

  const GoldenSource misshapen = read_golden_source("whisper_badshape");
  EXPECT_NE(find(schema_of(misshapen), "decoder.ln.bias")->shape,
            misshapen.tensors.at("model.decoder.layer_norm.bias"));
}

// The reference fails on proj_out.weight; it is the token embedding again, so we leave it out.
TEST(WhisperSchema, LeavesATiedHeadOutAndSaysSo) {
  GoldenSource source = read_golden_source("whisper_proj_out");
  const Schema schema = schema_of(source);
  EXPECT_EQ(schema.map_name("proj_out.weight").op, Mapped::Op::kDrop);
  EXPECT_THAT(schema.notes, ElementsAre(HasSubstr("proj_out.weight")));
  written_by(schema, source, {});

  source.config = with(source.config, "tie_word_embeddings", false);
  EXPECT_EQ(schema_of(source).map_name("proj_out.weight").op, Mapped::Op::kNone);
}

TEST(WhisperSchema, OpenAiPyTorchNamesGiveTheSameTensors) {
  const GoldenSource mlx = read_golden_source("whisper_openai");
  GoldenSource torch = mlx;
  torch.tensors.clear();
  for (const auto& [name, shape] : mlx.tensors) {
    std::string theirs = name;
    if (const auto at = name.find(".mlp1."); at != std::string::npos) {
      theirs.replace(at, 6, ".mlp.0.");
    }
    if (const auto at = name.find(".mlp2."); at != std::string::npos) {
      theirs.replace(at, 6, ".mlp.2.");
    }
    const bool conv = name == "encoder.conv1.weight" || name == "encoder.conv2.weight";
    torch.tensors["model_state_dict." + theirs] =
        conv ? Shape{shape[0], shape[2], shape[1]} : shape;
  }
  torch.tensors["model_state_dict.encoder.positional_embedding"] = {24, 64};
  torch.config = without(torch.config, "model_type");
  const SourceView view = torch.view();
  const Result<Detection> detection = detect_model(torch.config, view, {});
  ASSERT_TRUE(detection) << to_string(detection.error());
  EXPECT_EQ(detection->type->name, "whisper");
  EXPECT_EQ(written_by(schema_of(torch), torch, {}), written_by(schema_of(mlx), mlx, {}));
}

// mlx-examples keeps the alignment heads beside the weights.
TEST(WhisperSchema, DropsAlignmentHeads) {
  GoldenSource source = read_golden_source("whisper_openai");
  source.tensors["alignment_heads"] = {6, 2};
  written_by(schema_of(source), source, {});
}

TEST(WhisperSchema, CanonicalNamesMapToThemselves) {
  const Schema schema = schema_of(read_golden_source("whisper"));
  for (const TensorSpec& spec : schema.tensors) {
    EXPECT_EQ(schema.map_name(spec.name).name, spec.name);
  }
}

// Field report B002: fine-tuning scripts set, null or drop the length in the config.
TEST(WhisperSchema, ThePositionTableDecidesTheTextContext) {
  GoldenSource source = read_golden_source("whisper");
  const Shape table = source.tensors.at("model.decoder.embed_positions.weight");
  for (const Json& value : {Json(1024), Json(20), Json(), Json(16)}) {
    source.config = with(source.config, "max_target_positions", value);
    const Schema schema = schema_of(source);
    EXPECT_EQ(find(schema, "decoder.positional_embedding")->shape, table);
    const bool agrees = value.is_null() || *value.integer() == table[0];
    EXPECT_EQ(schema.notes.empty(), agrees) << value.dump(-1);
  }
  source.config = without(source.config, "max_target_positions");
  EXPECT_THAT(schema_of(source).notes, IsEmpty());
}

// mlx-audio refuses a table that is not as long as the config says.
TEST(WhisperSchema, TheWrittenConfigHasTheLengthOfThePositionTable) {
  for (const auto& [name, key] :
       {std::pair("whisper", "max_target_positions"), std::pair("whisper_openai", "n_text_ctx")}) {
    const GoldenSource good = read_golden_source(name);
    EXPECT_TRUE(schema_of(good).config.is_null()) << "the source's own config fits";
    for (const Json& value : {Json(448), Json()}) {
      GoldenSource source = good;
      source.config = with(source.config, key, value);
      EXPECT_EQ(schema_of(source).config, good.config) << key << value.dump(-1);
    }
  }
}

TEST(WhisperSchema, AGenerationLengthIsANoteAndStays) {
  GoldenSource source = read_golden_source("whisper");
  source.config = with(source.config, "max_length", 1024);
  const Schema schema = schema_of(source);
  EXPECT_THAT(schema.notes, ElementsAre(HasSubstr("max_length is 1024")));
  EXPECT_TRUE(schema.config.is_null());
}

TEST(WhisperSchema, BothTowersAreStacksForTheRecipes) {
  const Schema schema = schema_of(read_golden_source("whisper"));
  for (const char* name : {"encoder.blocks.1.attn.value.weight", "encoder.blocks.1.mlp2.weight",
                           "decoder.blocks.1.cross_attn.value.weight"}) {
    const StackPlace& place = find(schema, name)->stack;
    EXPECT_TRUE(place.sensitive) << name;
    EXPECT_EQ(place.layer, 1) << name;
    EXPECT_EQ(place.layers, 2) << name;
  }
  EXPECT_FALSE(find(schema, "decoder.blocks.0.mlp1.weight")->stack.sensitive);
  EXPECT_EQ(find(schema, "decoder.token_embedding.weight")->stack.layer, -1);
}

TEST(WhisperSchema, NamesMissingAndWrongKeysAtOnce) {
  const Json config = read_golden_source("whisper").config;
  const Result<Schema> schema =
      whisper::schema(with(without(config, "d_model"), "encoder_layers", "two"), {});
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(
      schema.error().message,
      "config.json: lacks d_model; encoder_layers is \"two\", expected an integer from 1 to 512");
}

TEST(WhisperSchema, RefusesConfigsThatAreNoObject) {
  for (const Json& config : {Json(), Json(3), Json(Json::Array{})}) {
    EXPECT_FALSE(whisper::schema(config, {}));
  }
}

// OpenAI's .pt comes without a config.
TEST(WhisperSchema, TakesTheDimensionsFromTheTensorsOfAFolderWithoutConfig) {
  GoldenSource source = read_golden_source("whisper_openai");
  const Schema want = schema_of(source);
  const Json dims = source.config;
  source.config = Json(Json::Object{});
  const Schema schema = schema_of(source);
  for (const char* key : {"n_mels", "n_audio_state", "n_audio_layer", "n_vocab", "n_text_ctx",
                          "n_text_state", "n_text_layer"})
    EXPECT_EQ(*schema.config.find(key), *dims.find(key)) << key;
  ASSERT_EQ(schema.tensors.size(), want.tensors.size());
  for (std::size_t i = 0; i < want.tensors.size(); ++i)
    EXPECT_EQ(schema.tensors[i].shape, want.tensors[i].shape) << want.tensors[i].name;
  // One that says something of its own is not made up for.
  source.config = with(source.config, "n_mels", 80);
  EXPECT_FALSE(whisper::schema(source.config, source.view()));
}

TEST(WhisperSchema, RefusesAnEmptyPositionTable) {
  GoldenSource source = read_golden_source("whisper");
  source.tensors["model.decoder.embed_positions.weight"] = {0, 64};
  EXPECT_FALSE(whisper::schema(source.config, source.view()));
}

}  // namespace
}  // namespace decibit
