// SPDX-License-Identifier: Apache-2.0
// JSON has no infinity and people need few digits: both are decided here.
#include "cli/report_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/exit_codes.h"

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

Json json_error(const Error& error) {
  const auto optional = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  const int code = static_cast<int>(error.code);
  Json json;
  json.set("code", code);
  json.set("name", exit_code_name(code));
  json.set("message", error.message);
  json.set("where", optional(error.where));
  json.set("why", optional(error.why));
  json.set("hint", optional(error.hint));
  return json;
}

std::string model_name(const std::string& domain, const std::string& type) {
  return domain.empty() ? type : domain + "/" + type;
}

std::string printable_lines(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (at > 0) out += "\n";
    out += printable(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string marked_text(const std::string& mark, std::size_t mark_width, const std::string& text,
                        const Terminal& terminal) {
  const std::string clean = printable_lines(text);
  const auto width = static_cast<std::size_t>(terminal.columns);
  const bool wraps = terminal.live && width > mark_width + 20;
  return mark + (wraps ? wrap(clean, width, mark_width) : clean) + "\n";
}

std::string bits_text(double bits_per_weight) {
  return bits_per_weight > 0 ? fmt::format("{:.2f}", bits_per_weight) : "-";
}

std::string decibel_text(double db) {
  return std::isinf(db) && db > 0 ? std::string("exact") : fmt::format("{:.1f}", db);
}

}  // namespace decibit::cli
