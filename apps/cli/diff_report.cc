// SPDX-License-Identifier: Apache-2.0
// What differs most comes first; equal tensors are counted. A narrow terminal sees no shapes unless
// some differ, so that names stay readable.
#include "cli/diff_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/report_values.h"
#include "cli/terminal.h"
#include "cli/text_table.h"
#include "cli/units.h"
#include "core/suggest.h"

namespace decibit::cli {
namespace {

constexpr std::size_t kShown = 20;

/// "[512, 128]", or both when they differ.
std::string shape_text(const TensorDiff& tensor) {
  const std::string a = to_string(tensor.shape_a);
  return tensor.shape_a == tensor.shape_b ? a : a + " / " + to_string(tensor.shape_b);
}

std::string verdict_text(const TensorDiff& tensor) {
  if (tensor.equal_bits) return "equal bits";
  if (tensor.shape_a != tensor.shape_b) return "other shape";
  if (!tensor.comparable) return "differs";
  return tensor.noise == 0 && tensor.nonfinite == 0 ? std::string("equal values")
                                                    : decibel_text(tensor.sqnr_db());
}

std::string difference_text(const TensorDiff& tensor, double difference) {
  return tensor.comparable && !tensor.equal_bits ? fmt::format("{:.3g}", difference) : "-";
}

/// Most different first: what cannot be compared, then by SQNR.
std::vector<const TensorDiff*> by_difference(const Diff& diff, bool all) {
  std::vector<const TensorDiff*> tensors;
  for (const TensorDiff& tensor : diff.tensors) {
    if (all || !tensor.equal_bits) tensors.push_back(&tensor);
  }
  if (all) return tensors;
  std::ranges::stable_sort(tensors, {}, [](const TensorDiff* tensor) {
    return std::pair(tensor->comparable, tensor->sqnr_db());
  });
  return tensors;
}

std::string tensor_table(const Diff& diff, bool all, const Terminal& terminal) {
  const std::vector<const TensorDiff*> tensors = by_difference(diff, all);
  if (tensors.empty()) return {};
  const std::size_t shown = all ? tensors.size() : std::min(kShown, tensors.size());
  const bool shapes = terminal.wide() || std::ranges::any_of(tensors, [](const TensorDiff* tensor) {
                        return tensor->shape_a != tensor->shape_b;
                      });
  std::vector<TextTable::Column> columns = {{.title = "tensor", .shrinks = true}};
  if (shapes) columns.push_back({"shape"});
  columns.insert(columns.end(), {{.title = "A", .shrinks = true},
                                 {.title = "B", .shrinks = true},
                                 {"SQNR dB", Align::kRight},
                                 {"RMS diff", Align::kRight},
                                 {"max diff", Align::kRight}});
  TextTable table(std::move(columns));
  for (std::size_t i = 0; i < shown; ++i) {
    const TensorDiff& tensor = *tensors[i];
    std::vector<std::string> row = {printable(tensor.name)};
    if (shapes) row.push_back(shape_text(tensor));
    row.insert(row.end(), {tensor.method_a, tensor.method_b, verdict_text(tensor),
                           difference_text(tensor, tensor.rms_difference),
                           difference_text(tensor, tensor.max_difference)});
    table.add_row(std::move(row));
  }
  std::string text = table.to_string(terminal);
  if (shown < tensors.size()) {
    text +=
        terminal.dim(fmt::format("{} more; --tensors lists all", tensors.size() - shown)) + "\n";
  }
  return text + "\n";
}

std::string one_sided(std::string_view side, const std::vector<std::string>& names, bool all) {
  if (names.empty()) return {};
  const std::size_t shown = all ? names.size() : std::min<std::size_t>(3, names.size());
  const std::vector<std::string> head(names.begin(),
                                      names.begin() + static_cast<std::ptrdiff_t>(shown));
  return fmt::format("only in {}  {}: {}{}\n", side, counted(names.size(), "tensor"),
                     printable(join(head)), shown < names.size() ? ", ..." : "");
}

std::string summary(const Diff& diff, const Terminal& terminal) {
  const std::size_t total = diff.tensors.size();
  if (total + diff.only_a.size() + diff.only_b.size() == 0) return "no tensor matches\n";
  const auto equal = static_cast<std::size_t>(diff.equal_count());
  if (diff.identical()) {
    return fmt::format("{}  {} equal to the bit\n", terminal.green("identical"),
                       counted(total, "tensor"));
  }
  std::string text = fmt::format("{} on both sides: {} equal to the bit, {} not",
                                 counted(total, "tensor"), equal, total - equal);
  if (diff.noise > 0) text += fmt::format("; SQNR of these {} dB", decibel_text(diff.sqnr_db()));
  return text + "\n";
}

Json tensor_json(const TensorDiff& tensor) {
  Json json;
  json.set("name", tensor.name);
  json.set("shape_a", json_shape(tensor.shape_a));
  json.set("shape_b", json_shape(tensor.shape_b));
  json.set("method_a", tensor.method_a);
  json.set("method_b", tensor.method_b);
  json.set("equal_bits", tensor.equal_bits);
  json.set("comparable", tensor.comparable);
  const auto figure = [&](double value) { return tensor.comparable ? json_number(value) : Json(); };
  json.set("max_difference", figure(tensor.max_difference));
  json.set("rms_difference", figure(tensor.rms_difference));
  json.set("sqnr_db", figure(tensor.sqnr_db()));
  json.set("nonfinite", tensor.nonfinite);
  return json;
}

}  // namespace

Outcome diff_report(const std::string& a, const std::string& b, const Diff& diff, bool all) {
  const Terminal terminal = Terminal::of(STDOUT_FILENO);
  std::string text = fmt::format("A  {}  {}\nB  {}  {}\n", printable(a), format_bytes(diff.bytes_a),
                                 printable(b), format_bytes(diff.bytes_b));
  text += diff.model_type.empty()
              ? "matched by the names in the files\n\n"
              : fmt::format("matched as {}\n\n", terminal.bold(diff.model_type));
  text += tensor_table(diff, all, terminal);
  text += one_sided("A", diff.only_a, all) + one_sided("B", diff.only_b, all);
  text += summary(diff, terminal);

  Json json;
  json.set("a", a);
  json.set("b", b);
  json.set("model_type", diff.model_type.empty() ? Json() : Json(diff.model_type));
  json.set("bytes_a", json_size(diff.bytes_a));
  json.set("bytes_b", json_size(diff.bytes_b));
  json.set("identical", diff.identical());
  json.set("equal_tensors", diff.equal_count());
  json.set("sqnr_db", json_number(diff.sqnr_db()));
  Json::Array tensors;
  for (const TensorDiff& tensor : diff.tensors) tensors.push_back(tensor_json(tensor));
  json.set("tensors", std::move(tensors));
  json.set("only_a", json_strings(diff.only_a));
  json.set("only_b", json_strings(diff.only_b));
  return {.text = std::move(text), .json = std::move(json)};
}

}  // namespace decibit::cli
