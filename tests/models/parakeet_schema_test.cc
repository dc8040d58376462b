// SPDX-License-Identifier: Apache-2.0
// The four kinds of Parakeet against the reference's conversions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden_case.h"
#include "layer_order.h"
#include "models/parakeet/schema.h"

namespace decibit {
namespace {

using testing::expect_golden_case;
using testing::GoldenSource;
using ::testing::HasSubstr;
using testing::read_golden_source;
using testing::with;
using testing::without;
using testing::written_by;

class ParakeetGolden : public ::testing::TestWithParam<const char*> {};
TEST_P(ParakeetGolden, WritesWhatTheReferenceWrites) { expect_golden_case(GetParam(), "parakeet"); }
INSTANTIATE_TEST_SUITE_P(Cases, ParakeetGolden,
                         ::testing::Values("pk_tdt_plain", "pk_tdt_q4", "pk_tdt_mxfp8",
                                           "pk_tdt_nobias_q4_g32", "pk_tdt_ctc_plain",
                                           "pk_tdt_ctc_q4", "pk_tdt_ctc_q8_g32", "pk_rnnt_plain",
                                           "pk_rnnt_q4", "pk_rnnt_mxfp4", "pk_ctc_plain",
                                           "pk_ctc_q4", "pk_ctc_nvfp4"));

TEST(ParakeetSchema, ListsTensorsInTheReferencesOrder) {
  for (const char* id : {"pk_tdt", "pk_tdt_nobias", "pk_tdt_ctc", "pk_rnnt", "pk_ctc"}) {
    testing::expect_source_order(id);
  }
}

Schema schema_of(const Json& config) {
  Result<Schema> schema = parakeet::schema(config, {});
  if (!schema) throw std::runtime_error(schema.error().message);
  return *std::move(schema);
}

// The reference takes such a config for another model and fails (case pk_nemo_plain).
TEST(ParakeetSchema, NemosConfigNeedsNoModelType) {
  const GoldenSource source = read_golden_source("pk_nemo");
  const auto detection = detect_model(source.config, source.view(), {});
  ASSERT_TRUE(detection) << to_string(detection.error());
  EXPECT_EQ(detection->type->name, "parakeet");
  written_by(schema_of(source.config), source, {});
}

TEST(ParakeetSchema, IsKnownByItsTensors) {
  const GoldenSource source = read_golden_source("pk_ctc");
  const auto detection = detect_model(Json(Json::Object{}), source.view(), {});
  ASSERT_TRUE(detection) << to_string(detection.error());
  EXPECT_EQ(detection->type->name, "parakeet");
}

// [64, 1, 64] could be both; only MLX's layout has ever been published under these names.
TEST(ParakeetSchema, NothingIsTakenForTorchLayout) {
  for (const TensorSpec& spec : schema_of(read_golden_source("pk_tdt").config).tensors) {
    EXPECT_EQ(spec.layout, Layout::kSame) << spec.name;
  }
}

TEST(ParakeetSchema, RecipesSeeTheConformerBlocks) {
  int sensitive = 0;
  int heads = 0;
  for (const TensorSpec& spec : schema_of(read_golden_source("pk_tdt").config).tensors) {
    sensitive += spec.stack.sensitive ? 1 : 0;
    heads += spec.output_head ? 1 : 0;
    EXPECT_EQ(spec.stack.layers, spec.name.rfind("encoder.layers.", 0) == 0 ? 2 : 0) << spec.name;
  }
  EXPECT_EQ(sensitive, 2 * 3);  // values and the outputs of both feed-forwards
  EXPECT_EQ(heads, 1);
}

// nvidia/parakeet-tdt-0.6b-v2 as mlx-community publishes it.
TEST(ParakeetSchema, HasThePublishedParameterCount) {
  Json config = read_golden_source("pk_tdt_nobias").config;
  config = with(config, "encoder.feat_in", 128);
  config = with(config, "encoder.n_layers", 24);
  config = with(config, "encoder.d_model", 1024);
  config = with(config, "encoder.n_heads", 8);
  config = with(config, "encoder.ff_expansion_factor", 4);
  config = with(config, "encoder.subsampling_factor", 8);
  config = with(config, "encoder.conv_kernel_size", 9);
  config = with(config, "encoder.subsampling_conv_channels", 256);
  config = with(config, "decoder.vocab_size", 1024);
  config = with(config, "decoder.prednet",
                Json(Json::Object{{"pred_hidden", 640}, {"pred_rnn_layers", 2}}));
  config = with(config, "joint.num_classes", 1024);
  config = with(config, "joint.num_extra_outputs", 5);
  config = with(
      config, "joint.jointnet",
      Json(Json::Object{{"joint_hidden", 640}, {"encoder_hidden", 1024}, {"pred_hidden", 640}}));
  std::int64_t count = 0;
  for (const TensorSpec& spec : schema_of(config).tensors) count += *num_elements(spec.shape);
  EXPECT_NEAR(static_cast<double>(count), 6.18e8, 1e6);
}

TEST(ParakeetSchema, AbsolutePositionsHaveNoPositionWeights) {
  const Json config = read_golden_source("pk_tdt_nobias").config;
  const Schema relative = schema_of(config);
  const Schema absolute = schema_of(with(config, "encoder.self_attention_model", "abs_pos"));
  // Two layers: linear_pos, pos_bias_u, pos_bias_v go, four biases come.
  EXPECT_EQ(absolute.tensors.size(), relative.tensors.size() + 2 * (4 - 3));
}

TEST(ParakeetSchema, AFactorOfOneIsALinear) {
  const Schema schema =
      schema_of(with(read_golden_source("pk_tdt").config, "encoder.subsampling_factor", 1));
  EXPECT_EQ(schema.tensors[0].name, "encoder.pre_encode.weight");
  EXPECT_EQ(schema.tensors[0].shape, (Shape{64, 32}));
}

void expect_refused(const Json& config, const std::string& because) {
  const auto schema = parakeet::schema(config, {});
  ASSERT_FALSE(schema) << because;
  EXPECT_EQ(schema.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(schema.error().message, HasSubstr(because));
}

TEST(ParakeetSchema, SaysWhatItCannotRead) {
  const Json config = read_golden_source("pk_tdt").config;
  expect_refused(without(config, "target"), "lacks target");
  expect_refused(with(config, "target", "nemo.collections.asr.models.EncDecMultiTaskModel"),
                 "target is \"nemo.collections.asr.models.EncDecMultiTaskModel\"");
  expect_refused(with(config, "ternary_modules", Json(Json::Array{"x"})), "ternary_modules");
  expect_refused(without(config, "joint"), "lacks joint");
  expect_refused(without(config, "encoder.d_model"), "lacks encoder.d_model");
  expect_refused(with(config, "encoder.subsampling_factor", 6), "no power of two");
  expect_refused(with(config, "encoder.n_heads", 7), "no multiple of encoder.n_heads");
  expect_refused(with(config, "encoder.conv_kernel_size", 4), "even");
  expect_refused(with(config, "encoder.subsampling", "striding"), "dw_striding");
  expect_refused(with(config, "encoder.causal_downsampling", true), "dw_striding");
  expect_refused(without(read_golden_source("pk_tdt_ctc").config, "model_defaults.tdt_durations"),
                 "lacks model_defaults.tdt_durations");
  expect_refused(without(read_golden_source("pk_ctc").config, "decoder.vocabulary"), "vocabulary");
}

}  // namespace
}  // namespace decibit
