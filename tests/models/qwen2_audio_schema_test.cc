// SPDX-License-Identifier: Apache-2.0
// Qwen2-Audio against the reference's conversions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden_case.h"
#include "layer_order.h"
#include "models/qwen2_audio/schema.h"

namespace decibit {
namespace {

using testing::expect_golden_case;
using testing::GoldenSource;
using ::testing::HasSubstr;
using testing::read_golden_source;
using testing::with;

class Qwen2AudioGolden : public ::testing::TestWithParam<const char*> {};
TEST_P(Qwen2AudioGolden, WritesWhatTheReferenceWrites) {
  expect_golden_case(GetParam(), "qwen2_audio");
}
INSTANTIATE_TEST_SUITE_P(Cases, Qwen2AudioGolden,
                         ::testing::Values("q2a_plain", "q2a_q4", "q2a_tied_plain"));

TEST(Qwen2AudioSchema, RecipesGiveEveryLayerTheReferencesBits) {
  testing::expect_recipe_case("q2a_mixed_4_6", "mixed_4_6");
  testing::expect_recipe_case("q2a_tied_mixed_2_6", "mixed_2_6");
}

TEST(Qwen2AudioSchema, ListsTensorsInTheReferencesOrder) {
  testing::expect_source_order("q2a");
  testing::expect_source_order("q2a_tied");
}

// extra/loadable.json of the golden data: the reference does not load its own dense conversion.
TEST(Qwen2AudioSchema, TheLoaderTransposesDenseConvolutionsAgain) {
  const auto schema = qwen2_audio::schema(read_golden_source("q2a").config, {});
  ASSERT_TRUE(schema);
  EXPECT_TRUE(schema->loader_expects_torch_when_dense);
}

TEST(Qwen2AudioSchema, IsKnownByItsTensors) {
  const GoldenSource source = read_golden_source("q2a");
  const auto detection = detect_model(Json(Json::Object{}), source.view(), {});
  ASSERT_TRUE(detection) << to_string(detection.error());
  EXPECT_EQ(detection->type->name, "qwen2_audio");
}

// Qwen2-Audio-7B: 8.397 G parameters, of which 1500 x 1280 are sinusoids that are not kept.
TEST(Qwen2AudioSchema, DefaultsAreThe7BModel) {
  const Result<Schema> schema = qwen2_audio::schema(Json(Json::Object{}), {});
  ASSERT_TRUE(schema);
  std::int64_t count = 1500 * 1280;
  for (const TensorSpec& spec : schema->tensors) count += *num_elements(spec.shape);
  EXPECT_NEAR(static_cast<double>(count), 8.397e9, 1e6);
}

TEST(Qwen2AudioSchema, NamesWhatIsWrong) {
  const Json config = read_golden_source("q2a").config;
  const auto schema = qwen2_audio::schema(with(config, "text_config.num_attention_heads", 512), {});
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(schema.error().message, HasSubstr("text_config.num_attention_heads"));
  EXPECT_FALSE(qwen2_audio::schema(with(config, "audio_config", 1), {}));
}

}  // namespace
}  // namespace decibit
