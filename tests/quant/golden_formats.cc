// SPDX-License-Identifier: Apache-2.0
#include "quant/golden_formats.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>

#include "io/json.h"
#include "io/safetensors.h"
#include "quant/element.h"

namespace decibit::testing {
namespace {

const std::string kFolder = DECIBIT_SOURCE_DIR "/tests/golden/formats/";

[[noreturn]] void die(const std::string& what) {
  std::cerr << kFolder << ": " << what << "\n";
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) die(to_string(result.error()));
  return std::move(result).value();
}

const Json& index_file() {
  static const Json index = must(Json::parse(must(read_text(kFolder + "index.json"))));
  return index;
}

const Json& member(const Json& object, std::string_view key) {
  const Json* found = object.find(key);
  if (found == nullptr) die("index.json lacks " + std::string(key));
  return *found;
}

int integer(const Json& object, std::string_view key) {
  return static_cast<int>(*member(object, key).integer());
}

std::vector<std::string> strings(const Json* array) {
  std::vector<std::string> all;
  if (array == nullptr || array->array() == nullptr) return all;
  for (const Json& s : *array->array()) all.push_back(*s.string());
  return all;
}

std::map<std::string, GoldenTensor> read_file(const std::string& name) {
  std::map<std::string, GoldenTensor> tensors;
  for (const Tensor& t : must(open_safetensors(kFolder + name)).tensors)
    tensors[t.name] = {t.dtype, t.shape, must(t.read_all())};
  return tensors;
}

}  // namespace

std::size_t GoldenTensor::elements() const {
  return bytes.size() / static_cast<std::size_t>(decibit::size_bytes(dtype));
}

float GoldenTensor::value(std::size_t index) const {
  return load_element(dtype, bytes.data(), index);
}

std::uint16_t GoldenTensor::u16(std::size_t index) const {
  std::uint16_t u;
  std::memcpy(&u, bytes.data() + 2 * index, 2);
  return u;
}

DType golden_dtype(std::string_view name) {
  if (name == "f32") return DType::kF32;
  if (name == "f16") return DType::kF16;
  if (name == "bf16") return DType::kBF16;
  die("unknown dtype " + std::string(name));
}

std::vector<GoldenCase> golden_cases(std::string_view kind) {
  std::vector<GoldenCase> cases;
  for (const Json& c : *member(index_file(), "cases").array()) {
    if (*member(c, "kind").string() != kind) continue;
    const Json* input = c.find("input");
    cases.push_back({*member(c, "id").string(),
                     must(Scheme::make(*mode_from_name(*member(c, "mode").string()),
                                       integer(c, "bits"), integer(c, "group_size"))),
                     golden_dtype(*member(c, "dtype").string()),
                     input != nullptr ? *input->string() : "", *member(c, "file").string(),
                     strings(c.find("outputs"))});
  }
  return cases;
}

const GoldenTensor& golden_tensor(const std::string& file, const std::string& key) {
  static std::map<std::string, std::map<std::string, GoldenTensor>> files;
  auto [entry, is_new] = files.try_emplace(file);
  if (is_new) entry->second = read_file(file);
  const auto tensor = entry->second.find(key);
  if (tensor == entry->second.end()) die(file + " lacks " + key);
  return tensor->second;
}

std::vector<std::string> golden_row_names(const std::string& input) {
  return strings(member(member(index_file(), "inputs"), input).find("rows"));
}

bool same_float(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

}  // namespace decibit::testing
