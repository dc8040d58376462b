// SPDX-License-Identifier: Apache-2.0
// The parts schemas are made of: layouts, look-ups, the builder and the config reader.
#include "models/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "golden_case.h"
#include "models/config_reader.h"
#include "models/schema_builder.h"

namespace decibit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TorchShape, FollowsEachLayout) {
  EXPECT_EQ(torch_shape({5, 7}, Layout::kSame), (Shape{5, 7}));
  EXPECT_EQ(torch_shape({8, 3, 4}, Layout::kConv1d), (Shape{8, 4, 3}));
  EXPECT_EQ(torch_shape({8, 2, 3, 4}, Layout::kConv2d), (Shape{8, 4, 2, 3}));
}

TEST(SourceView, FindsNamesAndPrefixes) {
  const std::map<std::string, Shape> tensors = {{"a.b", {1}}, {"a.c", {2}}, {"b", {3}}};
  const SourceView view = testing::view_of(tensors);
  EXPECT_TRUE(view.has("a.c"));
  EXPECT_FALSE(view.has("a"));
  EXPECT_EQ(view.find("b")->shape[0], 3);
  EXPECT_EQ(view.find("c"), nullptr);
  EXPECT_TRUE(view.has_prefix("a."));
  EXPECT_TRUE(view.has_prefix("b"));
  EXPECT_FALSE(view.has_prefix("aa"));
  EXPECT_FALSE(SourceView{}.has_prefix("a"));
}

TEST(SchemaBuilder, KeepsOrderComponentsAndPlaces) {
  SchemaBuilder b("test");
  b.component("encoder");
  b.conv1d("conv", 8, 3, 4, Bias::kNo);
  b.layer(1, 2);
  b.linear("x.value", 8, 64).stack.sensitive = true;
  b.component("decoder");
  b.batch_norm("bn", 8);
  b.component("encoder");
  b.rms_norm("norm", 8);
  const Schema schema = std::move(b).finish(keep_name);

  std::vector<std::string> names;
  for (const TensorSpec& spec : schema.tensors) names.push_back(spec.name);
  EXPECT_THAT(names, ElementsAre("conv.weight", "x.value.weight", "x.value.bias", "bn.weight",
                                 "bn.bias", "bn.running_mean", "bn.running_var", "norm.weight"));
  EXPECT_THAT(schema.components, ElementsAre("encoder", "decoder"));
  EXPECT_EQ(schema.tensors[0].layout, Layout::kConv1d);
  EXPECT_FALSE(schema.tensors[0].quantizable);
  EXPECT_TRUE(schema.tensors[1].quantizable);
  EXPECT_TRUE(schema.tensors[1].stack.sensitive);
  EXPECT_EQ(schema.tensors[1].stack.layer, 1);
  EXPECT_FALSE(schema.tensors[2].stack.sensitive);
  EXPECT_EQ(schema.tensors[3].component, 1);
  EXPECT_EQ(schema.tensors[3].stack.layer, -1);
  EXPECT_EQ(schema.tensors[7].component, 0);
}

Json config_of(const char* text) { return *Json::parse(text); }

TEST(ConfigReader, ReadsNumbersListsAndNestedObjects) {
  const Json json = config_of(R"({"d": 64, "none": null, "on": true, "s": "x", "l": [1, 2],
                                  "sub": {"k": 5}})");
  ConfigReader config(json);
  EXPECT_EQ(config.width("d"), 64);
  EXPECT_EQ(config.width_or("none", 7), 7);
  EXPECT_FALSE(config.has("none"));
  EXPECT_TRUE(config.flag_or("on", false));
  EXPECT_EQ(config.text_or("s", ""), "x");
  EXPECT_THAT(config.list("l", 1, 9), ElementsAre(1, 2));
  EXPECT_EQ(config.object("sub").width("k"), 5);
  EXPECT_EQ(config.object_or_empty("other").width_or("k", 3), 3);
  EXPECT_TRUE(config.status());
}

TEST(ConfigReader, CollectsEveryFaultWithItsFullName) {
  const Json json = config_of(R"({"d": "64", "n": 1e3, "l": [], "f": 1, "s": 2, "sub": {"k": -1},
                                  "no_object": []})");
  ConfigReader config(json);
  config.width("d");
  config.width("n");
  config.rows("absent");
  config.list("l", 1, 9);
  config.flag_or("f", true);
  config.text_or("s", "");
  config.object("sub").width("k");
  config.object("absent_object").width("x");
  config.object("no_object").width("y");
  EXPECT_FALSE(config.ok());
  const Status status = config.status();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kBadInput);
  const std::string& message = status.error().message;
  EXPECT_THAT(message, HasSubstr("lacks absent, absent_object;"));
  for (const char* part :
       {"d is \"64\"", "n is 1000.0", "l is []", "f is 1, expected true or false",
        "s is 2, expected a string", "sub.k is -1, expected an integer from 1",
        "no_object is [], expected an object"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
  EXPECT_THAT(message, ::testing::Not(HasSubstr("absent_object.x")));
}

TEST(ConfigReader, LimitsWhatAConfigCanAskFor) {
  const Json json = config_of(R"({"layers": 513, "width": 1048577, "rows": 16777217,
                                  "huge": 9223372036854775807})");
  ConfigReader config(json);
  config.count("layers");
  config.width("width");
  config.rows("rows");
  config.rows("huge");
  const Status status = config.status();
  ASSERT_FALSE(status);
  for (const char* key : {"layers", "width", "rows", "huge"}) {
    EXPECT_THAT(status.error().message, HasSubstr(key));
  }
}

}  // namespace
}  // namespace decibit
