// SPDX-License-Identifier: Apache-2.0
// One row for each component; the last column names its worst tensor, or, for the total, the
// saving. A narrow terminal has no room for it: there both stand below the table, for the total.
#include "cli/convert_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/process.h"
#include "cli/report_values.h"
#include "cli/terminal.h"
#include "cli/text_table.h"
#include "cli/units.h"

namespace decibit::cli {
namespace {

bool was_quantized(const ComponentSummary& component) { return component.error.groups > 0; }

std::vector<std::string> table_row(const ComponentSummary& component) {
  const bool quantized = was_quantized(component);
  return {printable(component.name),
          fmt::format("{}", component.tensors),
          component.method,
          component.weights > 0 ? bits_text(component.bits_per_weight()) : "-",
          format_bytes(component.bytes),
          quantized ? decibel_text(component.error.sqnr_db()) : "-"};
}

std::string worst_text(const ComponentSummary& component) {
  if (component.worst_tensor.empty()) return "-";
  return fmt::format("{} {}", printable(component.worst_tensor),
                     decibel_text(component.worst_sqnr_db));
}

/// "from 327 MB, 3.1x smaller"
std::string size_change(const ConvertSummary& summary) {
  const auto from = static_cast<double>(summary.source_bytes);
  const auto to = static_cast<double>(summary.total.bytes);
  std::string text = "from " + format_bytes(summary.source_bytes);
  if (from <= 0 || to <= 0) return text;
  // "1.0x smaller" says nothing.
  if (from / to >= 1.05) return text + fmt::format(", {:.1f}x smaller", from / to);
  return to / from >= 1.05 ? text + fmt::format(", {:.1f}x larger", to / from) : text;
}

std::string component_table(const ConvertSummary& summary, const Terminal& terminal) {
  std::vector<TextTable::Column> columns = {{.title = "component", .shrinks = true},
                                            {"tensors", Align::kRight},
                                            {.title = "method", .shrinks = true},
                                            {"bits/weight", Align::kRight},
                                            {"size", Align::kRight},
                                            {"SQNR dB", Align::kRight}};
  if (terminal.wide()) columns.push_back({.title = "worst tensor", .shrinks = true});
  TextTable table(std::move(columns));
  const auto row = [&](const ComponentSummary& component, std::string last) {
    std::vector<std::string> cells = table_row(component);
    if (terminal.wide()) cells.push_back(std::move(last));
    return cells;
  };
  for (const ComponentSummary& component : summary.components) {
    table.add_row(row(component, worst_text(component)));
  }
  std::vector<std::string> total = row(summary.total, size_change(summary));
  total[0] = "total";
  total[2].clear();  // it would repeat the column above
  table.add_total(std::move(total));
  std::string text = table.to_string(terminal);
  if (!terminal.wide()) {
    text +=
        fmt::format("\n{}; worst tensor: {}\n", size_change(summary), worst_text(summary.total));
  }
  return text;
}

std::string last_line(const ConvertOptions& options, const ConvertSummary& summary, double seconds,
                      const Terminal& terminal) {
  const std::string spent = fmt::format("{}   peak memory {}", format_duration(seconds),
                                        format_bytes(peak_memory_bytes()));
  if (summary.dry_run) {
    return fmt::format("needs {} of disk ({} free) and about {} of memory\n{}   {}\n",
                       format_bytes(summary.needed_disk_bytes),
                       format_bytes(summary.free_disk_bytes),
                       format_bytes(summary.needed_memory_bytes),
                       terminal.green("nothing written (--dry-run)"), spent);
  }
  const std::string verified =
      options.verify
          ? terminal.green("verified") + " the files were read back and agree with the source\n"
          : "";
  return verified + fmt::format("{} {}   {}\n", terminal.green("saved"),
                                printable(options.target.string()), spent);
}

Json component_json(const ComponentSummary& component) {
  Json json;
  json.set("name", component.name);
  json.set("tensors", component.tensors);
  json.set("method", component.method);
  json.set("weights", component.weights);
  json.set("bits_per_weight",
           component.weights > 0 ? json_number(component.bits_per_weight()) : Json());
  json.set("bytes", json_size(component.bytes));
  const bool quantized = was_quantized(component);
  json.set("sqnr_db", quantized ? json_number(component.error.sqnr_db()) : Json());
  json.set("groups", component.error.groups);
  json.set("zeroed_groups", component.error.zeroed_groups);
  json.set("worst_tensor", component.worst_tensor.empty() ? Json() : Json(component.worst_tensor));
  json.set("worst_sqnr_db",
           component.worst_tensor.empty() ? Json() : json_number(component.worst_sqnr_db));
  return json;
}

Json report_json(const ConvertOptions& options, const ConvertSummary& summary, double seconds) {
  Json json;
  json.set("source", options.source.string());
  json.set("target", options.target.string());
  json.set("dry_run", summary.dry_run);
  json.set("verified", options.verify && !summary.dry_run);
  json.set("model_type", summary.model_type);
  json.set("model_domain", summary.model_domain);
  json.set("evidence", summary.evidence);
  Json::Array components;
  for (const ComponentSummary& component : summary.components) {
    components.push_back(component_json(component));
  }
  json.set("components", std::move(components));
  json.set("total", component_json(summary.total));
  json.set("source_bytes", json_size(summary.source_bytes));
  json.set("needed_disk_bytes", json_size(summary.needed_disk_bytes));
  json.set("free_disk_bytes", json_size(summary.free_disk_bytes));
  json.set("needed_memory_bytes", json_size(summary.needed_memory_bytes));
  json.set("files", json_strings(summary.files));
  json.set("notes", json_strings(summary.notes));
  json.set("seconds", seconds);
  json.set("peak_memory_bytes", json_size(peak_memory_bytes()));
  return json;
}

}  // namespace

Outcome convert_report(const ConvertOptions& options, const ConvertSummary& summary,
                       double seconds) {
  const Terminal terminal = Terminal::of(STDOUT_FILENO);
  std::string text =
      fmt::format("{}  {}  ({})\n\n", printable(options.source.string()),
                  model_name(summary.model_domain, terminal.bold(summary.model_type)),
                  printable(summary.evidence));
  text += component_table(summary, terminal) + "\n";
  for (const std::string& note : summary.notes) {
    text += marked_text(terminal.dim("note") + "  ", 6, note, terminal);
  }
  text += last_line(options, summary, seconds, terminal);
  return {.text = std::move(text), .json = report_json(options, summary, seconds)};
}

}  // namespace decibit::cli
