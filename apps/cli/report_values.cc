// SPDX-License-Identifier: Apache-2.0
#include "cli/report_values.h"

#include <fmt/format.h>

#include <cmath>

namespace decibit::cli {

Json json_size(std::uint64_t bytes) { return Json(static_cast<std::int64_t>(bytes)); }

Json json_number(double number) { return std::isfinite(number) ? Json(number) : Json(); }

Json json_strings(const std::vector<std::string>& texts) {
  Json::Array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

Json json_shape(const Shape& shape) {
  Json::Array array;
  for (std::int64_t dimension : shape) array.emplace_back(dimension);
  return array;
}

std::string bits_text(double bits_per_weight) {
  return bits_per_weight > 0 ? fmt::format("{:.2f}", bits_per_weight) : "-";
}

std::string decibel_text(double db) {
  return std::isinf(db) && db > 0 ? std::string("exact") : fmt::format("{:.1f}", db);
}

}  // namespace decibit::cli
