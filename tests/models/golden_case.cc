// SPDX-License-Identifier: Apache-2.0
// Reads the golden descriptions and does on shapes what a conversion does on tensors.
#include "golden_case.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

namespace decibit::testing {
namespace {

Json read_json(const std::string& relative) {
  std::ifstream file(std::string(DECIBIT_SOURCE_DIR) + "/tests/golden/convert/" + relative);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Result<Json> json = Json::parse(text);
  if (!json) throw std::runtime_error(relative + ": " + json.error().message);
  return *std::move(json);
}

/// Of "U32 [40,16] ff7b...": "[40, 16]"
std::string shape_text(const std::string& row) {
  const std::size_t open = row.find('[');
  std::string text;
  for (const char c : row.substr(open, row.find(']') + 1 - open)) {
    text += c;
    if (c == ',') text += ' ';
  }
  return text;
}

bool quantized(const TensorSpec& spec, const Quantization& q) {
  if (!q.on || !spec.quantizable) return false;
  const std::int64_t k = spec.shape.back();
  return k % 64 == 0 && k % q.group_size == 0;  // 64 whatever the group size: mlx_audio/convert.py
}

void write(const TensorSpec& spec, const Quantization& q, std::map<std::string, std::string>& out) {
  if (!quantized(spec, q)) {
    out[spec.name] = to_string(spec.shape);
    return;
  }
  const std::string path = spec.name.substr(0, spec.name.rfind('.'));
  Shape words = spec.shape;
  words.back() = words.back() * q.bits / 32;
  Shape groups = spec.shape;
  groups.back() /= q.group_size;
  out[spec.name] = to_string(words);
  out[path + ".scales"] = to_string(groups);
  if (q.biases) out[path + ".biases"] = to_string(groups);
}

Json& member(Json& json, std::string_view path) {
  Json* at = &json;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    at = at->find(path.substr(0, dot));
    if (at == nullptr) throw std::runtime_error("no member " + std::string(path));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return *at;
}

std::pair<std::string_view, std::string_view> parent_and_key(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return {{}, path};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

}  // namespace

SourceView view_of(const std::map<std::string, Shape>& tensors) {
  SourceView view;
  for (const auto& [name, shape] : tensors) view.tensors.push_back({name, shape});
  return view;
}

SourceView GoldenSource::view() const { return view_of(tensors); }

GoldenSource read_golden_source(const std::string& id) {
  const Json json = read_json("sources/" + id + ".json");
  GoldenSource source;
  source.folder_name = *json.find("dir")->string();
  source.config = *json.find("config");
  for (const Json& row : *json.find("tensors")->array()) {
    const Json::Array& columns = *row.array();  // file, name, dtype, shape, ...
    if (columns[0].string()->find('/') != std::string::npos) continue;  // voices and the like
    Shape& shape = source.tensors[*columns[1].string()];
    for (const Json& dimension : *columns[3].array()) shape.push_back(*dimension.integer());
  }
  return source;
}

GoldenCase read_golden_case(const std::string& id) {
  const Json json = read_json("cases/" + id + ".json");
  GoldenCase golden;
  golden.source = *json.find("source")->string();
  for (const Json& argument : *json.find("args")->array()) {
    golden.arguments.push_back(*argument.string());
  }
  for (const auto& [name, row] : *json.find("tensors")->object()) {
    golden.tensors[name] = shape_text(*row.string());
  }
  return golden;
}

Quantization quantization_of(const std::vector<std::string>& arguments) {
  Quantization q;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "-q" || arguments[i] == "--quantize") q.on = true;
    if (i + 1 == arguments.size()) break;
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--q-mode" && value != "affine") {
      q.biases = false;
      q.bits = value == "mxfp8" ? 8 : 4;
      q.group_size = value == "nvfp4" ? 16 : 32;
    }
  }
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] == "--q-bits") q.bits = std::stoi(arguments[i + 1]);
    if (arguments[i] == "--q-group-size") q.group_size = std::stoi(arguments[i + 1]);
  }
  return q;
}

std::map<std::string, std::string> written_by(const Schema& schema, const GoldenSource& source,
                                              const Quantization& quantization) {
  std::map<std::string, const TensorSpec*> specs;
  for (const TensorSpec& spec : schema.tensors) {
    EXPECT_TRUE(specs.emplace(spec.name, &spec).second) << spec.name << " is listed twice";
  }
  std::set<std::string> seen;
  std::map<std::string, std::string> written;
  for (const auto& [source_name, shape] : source.tensors) {
    const Mapped mapped = schema.map_name(source_name);
    if (mapped.op == Mapped::Op::kDrop) continue;
    const auto it = specs.find(mapped.name);
    if (it == specs.end()) {
      ADD_FAILURE() << source_name << " maps to " << mapped.name << ", which the schema lacks";
      continue;
    }
    const TensorSpec& spec = *it->second;
    EXPECT_TRUE(shape == spec.shape || shape == torch_shape(spec.shape, spec.layout))
        << source_name << " is " << to_string(shape) << ", the schema says "
        << to_string(spec.shape);
    EXPECT_TRUE(seen.insert(mapped.name).second) << mapped.name << " comes twice";
    write(spec, quantization, written);
  }
  for (const TensorSpec& spec : schema.tensors) {
    EXPECT_TRUE(spec.optional || seen.count(spec.name) == 1) << spec.name << " has no source";
  }
  return written;
}

void expect_golden_case(const std::string& id, std::string_view model_type) {
  SCOPED_TRACE(id);
  const GoldenCase golden = read_golden_case(id);
  const GoldenSource source = read_golden_source(golden.source);
  const SourceView view = source.view();
  const Result<Detection> detection = detect_model(source.config, view, {});
  ASSERT_TRUE(detection) << to_string(detection.error());
  ASSERT_EQ(detection->type->name, model_type) << detection->evidence;
  const Result<Schema> schema = detection->type->schema(source.config, view);
  ASSERT_TRUE(schema) << to_string(schema.error());
  EXPECT_EQ(schema->model_type, model_type);
  EXPECT_EQ(written_by(*schema, source, quantization_of(golden.arguments)), golden.tensors);
}

Json without(const Json& json, std::string_view path) {
  Json copy = json;
  const auto [parent, key] = parent_and_key(path);
  member(copy, parent).erase(key);
  return copy;
}

Json with(const Json& json, std::string_view path, Json value) {
  Json copy = json;
  const auto [parent, key] = parent_and_key(path);
  member(copy, parent).set(key, std::move(value));
  return copy;
}

}  // namespace decibit::testing
