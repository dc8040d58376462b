// SPDX-License-Identifier: Apache-2.0
// The registry as a table: every name leads to one row, and every schema answers any config.
#include "models/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "golden_case.h"

namespace decibit {
namespace {

using ::testing::Contains;

TEST(Registry, EveryNameAndAliasIsItsOwn) {
  std::set<std::string_view> names;
  for (const ModelType& type : model_types()) {
    EXPECT_TRUE(names.insert(type.name).second) << type.name;
    for (const std::string_view alias : type.aliases) {
      EXPECT_TRUE(names.insert(alias).second) << alias;
      EXPECT_EQ(find_model_type(alias), &type);
    }
    EXPECT_EQ(find_model_type(type.name), &type);
  }
  EXPECT_EQ(find_model_type("no such model"), nullptr);
  EXPECT_EQ(find_model_type(""), nullptr);
}

TEST(Registry, DomainsAreThoseOfModelDomain) {
  const std::set<std::string_view> domains = {"tts", "stt", "sts", "lid", "music"};
  for (const ModelType& type : model_types()) {
    if (type.name != "generic") {
      EXPECT_THAT(domains, Contains(type.domain)) << type.name;
    }
  }
}

TEST(Registry, AMatcherComesWithWordsForItsEvidence) {
  for (const ModelType& type : model_types()) {
    EXPECT_EQ(type.config_matches != nullptr, !type.config_signature.empty()) << type.name;
    EXPECT_EQ(type.tensors_match != nullptr, !type.tensor_signature.empty()) << type.name;
  }
}

TEST(Registry, EveryModelHasItsFolderAndReadme) {
  for (const ModelType& type : model_types()) {
    if (type.name == "generic" || type.name == "qwen3_forced_aligner") continue;  // qwen3_asr's
    const std::filesystem::path readme = std::filesystem::path(DECIBIT_SOURCE_DIR) / "src/models" /
                                         std::string(type.name) / "README.md";
    EXPECT_TRUE(std::filesystem::exists(readme)) << readme;
  }
}

// Whatever JSON a config.json holds, a schema is an error or complete; some models have a default
// for every key.
TEST(Registry, PoorConfigsAreErrorsOrDefaults) {
  for (const ModelType& type : model_types()) {
    if (type.name == "generic") continue;
    for (const Json& config : {Json(), Json(7), Json("text"), Json(Json::Array{Json(1)}),
                               Json(Json::Object{}), Json(Json::Object{{"model_type", 5}})}) {
      SCOPED_TRACE(std::string(type.name) + " " + config.dump(-1));
      const Result<Schema> schema = type.schema(config, {});
      EXPECT_TRUE(!schema || (config.is_object() && !schema->tensors.empty()));
      EXPECT_TRUE(schema || schema.error().code == ErrorCode::kBadInput);
      EXPECT_FALSE(type.config_matches != nullptr && type.config_matches(config));
    }
    EXPECT_FALSE(type.tensors_match != nullptr && type.tensors_match({})) << type.name;
  }
}

class SchemaLaws : public ::testing::TestWithParam<const char*> {};

TEST_P(SchemaLaws, HoldForEveryModel) {
  const testing::GoldenSource source = testing::read_golden_source(GetParam());
  const SourceView view = source.view();
  const Result<Detection> detection = detect_model(source.config, view, {});
  ASSERT_TRUE(detection) << to_string(detection.error());
  const Result<Schema> schema = detection->type->schema(source.config, view);
  ASSERT_TRUE(schema) << to_string(schema.error());
  std::set<std::string> names;
  for (const TensorSpec& spec : schema->tensors) {
    SCOPED_TRACE(spec.name);
    EXPECT_TRUE(names.insert(spec.name).second) << "listed twice";
    EXPECT_TRUE(num_elements(spec.shape).has_value());
    EXPECT_LT(spec.component, schema->components.size());
    EXPECT_EQ(torch_shape(spec.shape, spec.layout).size(), spec.shape.size());
    // What MLX can quantize is a Linear's or an Embedding's matrix.
    EXPECT_TRUE(!spec.quantizable || (spec.role != Role::kOther && spec.shape.size() == 2));
    EXPECT_LT(spec.stack.layer, std::max(spec.stack.layers, 1));
    // Our own output is a source like any other: its names map to themselves.
    const Mapped mapped = schema->map_name(spec.name);
    EXPECT_EQ(mapped.name, spec.name);
    EXPECT_EQ(mapped.op, Mapped::Op::kNone);
  }
}

INSTANTIATE_TEST_SUITE_P(Sources, SchemaLaws,
                         ::testing::Values("kitten", "kokoro", "q2a", "q3lm", "q3tts", "vx",
                                           "vx_tied", "vxrt", "whisper", "whisper_openai"));

TEST(GenericSchema, KeepsNamesAndQuantizesWideMatrices) {
  const std::map<std::string, Shape> tensors = {{"a.weight", {10, 128}}, {"a.bias", {10}},
                                                {"b.weight", {10, 96}},  {"c.weight", {4, 3, 64}},
                                                {"weight", {4, 64}},     {"d.weight", {0, 0}}};
  const Result<Schema> schema = generic_schema(Json(), testing::view_of(tensors));
  ASSERT_TRUE(schema);
  ASSERT_EQ(schema->tensors.size(), tensors.size());
  for (const TensorSpec& spec : schema->tensors) {
    EXPECT_EQ(spec.shape, tensors.at(spec.name));
    EXPECT_EQ(spec.layout, Layout::kSame);
    EXPECT_EQ(spec.quantizable, spec.name == "a.weight") << spec.name;
    EXPECT_EQ(schema->map_name(spec.name).name, spec.name);
  }
}

}  // namespace
}  // namespace decibit
