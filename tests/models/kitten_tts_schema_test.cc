// SPDX-License-Identifier: Apache-2.0
// KittenTTS's schema against the reference's conversions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden_case.h"
#include "models/kitten_tts/schema.h"

namespace decibit {
namespace {

using testing::expect_golden_case;
using testing::GoldenSource;
using ::testing::HasSubstr;
using testing::read_golden_source;
using testing::with;
using testing::without;

class KittenGolden : public ::testing::TestWithParam<const char*> {};
TEST_P(KittenGolden, WritesWhatTheReferenceWrites) { expect_golden_case(GetParam(), "kitten_tts"); }
INSTANTIATE_TEST_SUITE_P(Cases, KittenGolden,
                         ::testing::Values("kitten_plain", "kitten_q4", "kitten_mxfp8",
                                           "kitten_dtype_f16"));

TEST(KittenTtsSchema, TakesTheDottedAlphaNamesOfOlderExports) {
  const GoldenSource source = read_golden_source("kitten");
  const Result<Schema> schema = kitten_tts::schema(source.config, source.view());
  ASSERT_TRUE(schema);
  EXPECT_EQ(schema->map_name("decoder.generator.resblocks.0.alpha2.1").name,
            "decoder.generator.resblocks.0.alpha2_1");
  EXPECT_EQ(schema->map_name("decoder.generator.resblocks.0.alpha2_1").name,
            "decoder.generator.resblocks.0.alpha2_1");
}

TEST(KittenTtsSchema, TheDecoderEndsAsWideAsTheConfigSays) {
  const Json config = read_golden_source("kitten").config;
  const auto width_of_last_block = [](const Json& json) {
    const Schema schema = *kitten_tts::schema(json, {});
    for (const TensorSpec& spec : schema.tensors) {
      if (spec.name == "decoder.decode.3.conv2.bias") return spec.shape[0];
    }
    return std::int64_t{0};
  };
  EXPECT_EQ(width_of_last_block(with(config, "decoder_out_dim", 48)), 48);
  EXPECT_EQ(width_of_last_block(with(config, "decoder_out_dim", Json())), 64);  // max_conv_dim
}

TEST(KittenTtsSchema, NamesTheMissingKey) {
  const Json config = read_golden_source("kitten").config;
  const Result<Schema> schema = kitten_tts::schema(without(config, "asr_res_dim"), {});
  ASSERT_FALSE(schema);
  EXPECT_THAT(schema.error().message, HasSubstr("lacks asr_res_dim"));
}

}  // namespace
}  // namespace decibit
