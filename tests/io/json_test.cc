// SPDX-License-Identifier: Apache-2.0
// JSON as Python reads and writes it: the table data/json_dumps.txt comes from Python itself.
#include "io/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <sstream>

namespace decibit {
namespace {

using testing::HasSubstr;

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, '\t');) fields.push_back(field);
  return fields;
}

std::string parse_error(std::string_view text) {
  const auto json = Json::parse(text);
  return json ? "no error" : json.error().message;
}

TEST(JsonDump, EqualsPython) {
  std::ifstream table(DECIBIT_SOURCE_DIR "/tests/data/json_dumps.txt");
  int lines = 0;
  for (std::string line; std::getline(table, line); ++lines) {
    const auto fields = fields_of(line);
    if (fields[0] == "float") {
      const auto value = std::bit_cast<double>(static_cast<std::uint64_t>(std::stoull(fields[1])));
      EXPECT_EQ(Json(value).dump(-1), fields[2]) << "bits " << fields[1];
      continue;
    }
    std::vector<std::string> texts;
    for (std::size_t i = 1; i < fields.size(); ++i)
      texts.push_back(*Json::parse(fields[i]).value().string());
    const auto json = Json::parse(texts[0]);
    ASSERT_TRUE(json) << texts[0] << ": " << json.error().message;
    EXPECT_EQ(json->dump(-1), texts[1]) << texts[0];
    EXPECT_EQ(json->dump(2), texts[2]) << texts[0];
    EXPECT_EQ(json->dump(4), texts[3]) << texts[0];
  }
  EXPECT_GT(lines, 500);
}

TEST(JsonParse, MembersKeepTheirOrderAndTheLastDuplicateWins) {
  const auto json = Json::parse(R"({"z": 1, "a": 2, "z": 3})").value();
  EXPECT_EQ(json.dump(-1), R"({"z":3,"a":2})");
  const auto refused = Json::parse(R"({"z": 1, "a": 2, "z": 3})", Json::Duplicates::kError);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "line 1, column 18: the key \"z\" occurs twice");
}

TEST(JsonParse, ReadsWhatPythonWritesForNonFiniteNumbers) {
  const auto json = Json::parse("\xEF\xBB\xBF[NaN, Infinity,-Infinity , 0e0, 0e000000, -0e000000]");
  ASSERT_TRUE(json) << json.error().message;
  const Json::Array& items = *json->array();
  EXPECT_TRUE(std::isnan(*items[0].real()));
  EXPECT_EQ(*items[1].real(), INFINITY);
  EXPECT_EQ(*items[2].real(), -INFINITY);
  for (std::size_t i : {3u, 4u, 5u}) EXPECT_EQ(*items[i].real(), 0.0);
  EXPECT_EQ(json->dump(-1), "[null,null,null,0.0,0.0,-0.0]");
}

TEST(JsonParse, RefusesNearlyNonFinite) {
  for (const char* text : {"NaN1", "1NaN", "-NaN", "Nan", "infinity", "+Infinity", "NaNNaN",
                           "[1.NaN]", "Infinity0", "--Infinity", "{NaN:1}"})
    EXPECT_FALSE(Json::parse(text)) << text;
}

TEST(JsonParse, ErrorsTellLineAndColumn) {
  EXPECT_THAT(parse_error("{\n  \"a\": 1,\n  oops\n}"), HasSubstr("line 3, column 3"));
  EXPECT_THAT(parse_error(std::string_view("[1,\n \0]", 7)), HasSubstr("line 2, column 2: a NUL"));
  EXPECT_THAT(parse_error(""), HasSubstr("line 1, column 1"));
  EXPECT_EQ(parse_error("{\"a\":\n  [1e999]}"),
            "line 2, column 4: a number too large for a double");
  EXPECT_THAT(parse_error("[" + std::string(400, '9') + "]"), HasSubstr("line 1, column 2: a num"));
  EXPECT_THAT(parse_error("\"\xFF\""), HasSubstr("UTF-8"));
}

TEST(JsonParse, LimitsTheDepth) {
  EXPECT_TRUE(Json::parse(std::string(512, '[') + std::string(512, ']')));
  EXPECT_THAT(parse_error(std::string(513, '[') + std::string(513, ']')),
              HasSubstr("column 513: more than 512 levels deep"));
  EXPECT_THAT(parse_error(std::string(1'000'000, '[')), HasSubstr("levels deep"));
}

TEST(JsonParse, EveryPrefixIsAnError) {
  const std::string text = R"({"a": [1, 2.5e3, "x\u00e9"], "b": {"c": null, "d": NaN}})";
  ASSERT_TRUE(Json::parse(text));
  for (std::size_t n = 0; n < text.size(); ++n)
    EXPECT_FALSE(Json::parse(text.substr(0, n))) << n << " bytes";
}

TEST(JsonEdit, SetEraseAndSort) {
  Json json;
  json.set("b", 1);
  json.set("a", "x");
  json.set("b", 2.5);
  EXPECT_EQ(json.dump(-1), R"({"b":2.5,"a":"x"})");
  json.sort_members();
  EXPECT_EQ(json.dump(-1), R"({"a":"x","b":2.5})");
  json.erase("a");
  EXPECT_EQ(json.find("a"), nullptr);
  EXPECT_EQ(*json.find("b")->real(), 2.5);
}

}  // namespace
}  // namespace decibit
