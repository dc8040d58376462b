// SPDX-License-Identifier: Apache-2.0
// Reads what golden_case.h does not keep: the order of the rows, and the quantization of
// config.json.
#include "layer_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

#include "golden_case.h"
#include "quant/recipe.h"

namespace decibit::testing {
namespace {

using ::testing::ElementsAreArray;

Json parse(const std::string& text) {
  Result<Json> json = Json::parse(text);
  if (!json) throw std::runtime_error(json.error().message);
  return *std::move(json);
}

Json read_json(const std::string& relative) {
  std::ifstream file(std::string(DECIBIT_SOURCE_DIR) + "/tests/golden/convert/" + relative);
  return parse(std::string{std::istreambuf_iterator<char>(file), {}});
}

Schema schema_of(const GoldenSource& source) {
  const SourceView view = source.view();
  const Result<Detection> detection = detect_model(source.config, view, {});
  if (!detection) throw std::runtime_error(detection.error().message);
  Result<Schema> schema = detection->type->schema(source.config, view);
  if (!schema) throw std::runtime_error(schema.error().message);
  return *std::move(schema);
}

using LayerBits = std::vector<std::pair<std::string, std::int64_t>>;

/// The per-layer entries of config.json's `quantization`: its members that are objects.
LayerBits bits_of_reference(const std::string& id) {
  const Json config = parse(*read_json("cases/" + id + ".json").find("config_json")->string());
  LayerBits layers;
  for (const auto& [name, value] : *config.find("quantization")->object()) {
    if (value.is_object()) layers.emplace_back(name, *value.find("bits")->integer());
  }
  return layers;
}

}  // namespace

void expect_source_order(const std::string& id) {
  SCOPED_TRACE(id);
  const Schema schema = schema_of(read_golden_source(id));
  const Json source = read_json("sources/" + id + ".json");
  std::vector<std::string> theirs;
  for (const Json& row : *source.find("tensors")->array()) {
    const Json::Array& columns = *row.array();                          // file, name, ...
    if (columns[0].string()->find('/') != std::string::npos) continue;  // a codec beside the model
    const std::string& name = *columns[1].string();
    const Mapped mapped = schema.map_name(name);
    if (mapped.op != Mapped::Op::kDrop) theirs.push_back(mapped.name);
  }
  std::vector<std::string> ours;
  for (const TensorSpec& spec : schema.tensors) ours.push_back(spec.name);
  EXPECT_THAT(ours, ElementsAreArray(theirs));
}

void expect_recipe_case(const std::string& id, std::string_view recipe_name) {
  SCOPED_TRACE(id);
  const GoldenCase golden = read_golden_case(id);
  const Schema schema = schema_of(read_golden_source(golden.source));
  const Recipe recipe = *recipe_from_name(recipe_name);
  const int group = quantization_of(golden.arguments).group_size;
  LayerBits ours;
  for (const TensorSpec& spec : schema.tensors) {
    if (!spec.quantizable || spec.shape[1] % 64 != 0 || spec.shape[1] % group != 0) continue;
    const std::string path = spec.name.substr(0, spec.name.rfind(".weight"));
    ours.emplace_back(path, recipe_bits(recipe, spec.stack.layer, spec.stack.layers,
                                        spec.stack.sensitive, spec.output_head));
  }
  EXPECT_THAT(ours, ElementsAreArray(bits_of_reference(id)));
}

}  // namespace decibit::testing
