// SPDX-License-Identifier: Apache-2.0
#include "procedural.h"

#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>

#include "core/half.h"
#include "io/json.h"
#include "io/safetensors.h"

namespace decibit::testing {
namespace fs = std::filesystem;
namespace {

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t h = 14695981039346656037u;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return h;
}

/// One row [file, name, dtype, shape, shift, offset, seed] of a source description.
struct Row {
  std::string file, name;
  DType dtype;
  Shape shape;
  bool constant;
  int shift;
  double offset;
  std::uint64_t seed;
};

double number(const Json& json) {
  if (const auto* integer = json.integer()) return static_cast<double>(*integer);
  return json.real() != nullptr ? *json.real() : 0;
}

Row parse_row(const Json& json) {
  const Json::Array& cells = *json.array();
  Row row{*cells[0].string(),
          *cells[1].string(),
          *dtype_from_name(*cells[2].string()),
          {},
          false,
          0,
          0,
          0};
  for (const Json& d : *cells[3].array()) row.shape.push_back(*d.integer());
  if (row.dtype == DType::kI64) return row;
  row.constant = cells[4].is_null();
  if (!row.constant) row.shift = static_cast<int>(*cells[4].integer());
  row.offset = number(cells[5]);
  row.seed = static_cast<std::uint64_t>(*cells[6].integer());
  return row;
}

std::vector<std::byte> data_of(const Row& row) {
  const std::int64_t n = *num_elements(row.shape);
  if (row.dtype == DType::kI64) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(n) * 8);
    for (std::int64_t i = 0; i < n; ++i) std::memcpy(bytes.data() + i * 8, &i, 8);
    return bytes;
  }
  if (row.constant)
    return to_bytes(std::vector<float>(static_cast<std::size_t>(n), static_cast<float>(row.offset)),
                    row.dtype);
  return to_bytes(procedural_values(row.name, row.seed, n, row.shift, row.offset), row.dtype);
}

template <class T>
T checked(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(result).value();
}

void write_text_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void write_tensors(const fs::path& path, const std::vector<Row>& rows) {
  fs::create_directories(path.parent_path());
  std::vector<TensorHeader> headers;
  for (const Row& row : rows) headers.push_back({row.name, row.dtype, row.shape});
  auto writer = checked(SafetensorsWriter::create(path, headers, {{"format", "pt"}}));
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!writer.write_at(writer.offset_of(i), data_of(rows[i]))) throw std::runtime_error("write");
  if (!writer.finish()) throw std::runtime_error("finish");
}

void write_index(const fs::path& folder, const std::map<std::string, std::vector<Row>>& files) {
  Json::Object map;
  std::string base;
  for (const auto& [file, rows] : files) {
    if (file.find("-of-") == std::string::npos || file.find('/') != std::string::npos) continue;
    base = file.substr(0, file.find("-0"));
    for (const Row& row : rows) map.emplace_back(row.name, file);
  }
  if (base.empty() || files.size() < 2) return;
  write_text_file(folder / (base + ".safetensors.index.json"),
                  Json(Json::Object{{"metadata", Json::Object{}}, {"weight_map", map}}).dump(2));
}

}  // namespace

void write_source(const Json& spec, const fs::path& folder) {
  write_text_file(folder / "config.json", spec.find("config")->dump(2) + "\n");
  std::map<std::string, std::vector<Row>> files;
  for (const Json& json : *spec.find("tensors")->array()) {
    Row row = parse_row(json);
    files[row.file].push_back(std::move(row));
  }
  for (const auto& [file, rows] : files) write_tensors(folder / file, rows);
  write_index(folder, files);
  for (const auto& [name, text] : *spec.find("files")->object())
    if (text.is_string()) write_text_file(folder / name, *text.string());
}

std::vector<float> procedural_values(std::string_view name, std::uint64_t seed, std::int64_t count,
                                     int shift, double offset) {
  constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15u;
  const std::uint64_t s = fnv1a(name) ^ (seed * kGolden);
  const double step = std::ldexp(1.0, -shift);
  std::vector<float> values(static_cast<std::size_t>(count));
  std::uint64_t counter = s;
  for (float& value : values) {
    counter += kGolden;
    std::uint64_t z = counter;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    const auto v =
        static_cast<std::int64_t>((z & 65535) + (z >> 16 & 65535) + (z >> 32 & 65535) + (z >> 48)) -
        131070;
    value = static_cast<float>(offset + static_cast<double>(v) * step);
  }
  return values;
}

std::vector<std::byte> to_bytes(const std::vector<float>& values, DType dtype) {
  const auto size = static_cast<std::size_t>(size_bytes(dtype));
  std::vector<std::byte> bytes(values.size() * size);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (dtype == DType::kF32) {
      std::memcpy(bytes.data() + i * 4, &values[i], 4);
    } else {
      const std::uint16_t h = dtype == DType::kF16 ? f32_to_f16(values[i]) : f32_to_bf16(values[i]);
      std::memcpy(bytes.data() + i * 2, &h, 2);
    }
  }
  return bytes;
}

fs::path golden_source_folder(const std::string& id, const fs::path& root) {
  const std::string text = checked(
      read_text(fs::path(DECIBIT_SOURCE_DIR) / "tests/golden/convert/sources" / (id + ".json")));
  const Json spec = checked(Json::parse(text));
  const fs::path home = root / id, folder = home / *spec.find("dir")->string();
  std::error_code error;
  if (fs::exists(folder, error)) return folder;
  const fs::path draft = root / (id + "." + std::to_string(::getpid()));
  write_source(spec, draft / *spec.find("dir")->string());
  fs::rename(draft, home, error);
  if (error) fs::remove_all(draft);  // another process was faster; its folder is the same
  return folder;
}

}  // namespace decibit::testing
