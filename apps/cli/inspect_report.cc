// SPDX-License-Identifier: Apache-2.0
// Head line, the tables asked for, then the verdict, which stays on the screen.
#include "cli/inspect_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/report_values.h"
#include "cli/terminal.h"
#include "cli/text_table.h"
#include "cli/units.h"
#include "core/result.h"

namespace decibit::cli {
namespace {

std::string head(const std::string& path, const Inspection& inspection, const Terminal& terminal) {
  const std::string model =
      inspection.model_type.empty()
          ? std::string("unknown model")
          : model_name(inspection.model_domain, terminal.bold(inspection.model_type));
  std::string text = fmt::format("{}  {}", printable(path), model);
  if (!inspection.evidence.empty()) text += fmt::format("  ({})", printable(inspection.evidence));
  text += fmt::format("\n{}, {}, {}\n",
                      counted(inspection.weight_files.size(), inspection.family + " file"),
                      format_bytes(inspection.total.bytes),
                      inspection.quantization.empty() ? "not quantized" : inspection.quantization);
  return text;
}

std::vector<std::string> component_row(const InspectedComponent& component) {
  return {printable(component.name), fmt::format("{}", component.tensors), component.method,
          bits_text(component.bits_per_weight()), format_bytes(component.bytes)};
}

std::string component_table(const Inspection& inspection, const Terminal& terminal) {
  TextTable table({{.title = "component", .shrinks = true},
                   {"tensors", Align::kRight},
                   {.title = "method", .shrinks = true},
                   {"bits/weight", Align::kRight},
                   {"size", Align::kRight}});
  for (const InspectedComponent& component : inspection.components) {
    table.add_row(component_row(component));
  }
  std::vector<std::string> total = component_row(inspection.total);
  total[2].clear();  // it would repeat the column above
  table.add_total(std::move(total));
  return table.to_string(terminal);
}

std::string tensor_table(const Inspection& inspection, const Terminal& terminal) {
  if (inspection.tensors.empty()) return "no tensor matches\n";
  const bool renamed = std::ranges::any_of(inspection.tensors, [](const InspectedTensor& tensor) {
    return !tensor.mlx_name.empty() && tensor.mlx_name != tensor.name;
  });
  std::vector<TextTable::Column> columns = {{.title = "tensor", .shrinks = true},
                                            {"shape"},
                                            {.title = "method", .shrinks = true},
                                            {"size", Align::kRight}};
  columns.push_back(renamed ? TextTable::Column{.title = "name in MLX", .shrinks = true}
                            : TextTable::Column{.title = "component", .shrinks = true});
  TextTable table(std::move(columns));
  for (const InspectedTensor& tensor : inspection.tensors) {
    table.add_row({printable(tensor.name), to_string(tensor.shape), tensor.method,
                   format_bytes(tensor.bytes),
                   renamed && !tensor.mlx_name.empty() ? printable(tensor.mlx_name)
                                                       : printable(tensor.component)});
  }
  return table.to_string(terminal);
}

/// The verdict comes last, where a terminal shows it.
std::string verdict(const Inspection& inspection, const Terminal& terminal) {
  std::string text;
  for (const std::string& note : inspection.notes) {
    text += marked_text(terminal.dim("note") + "  ", 6, note, terminal);
  }
  for (const std::string& problem : inspection.problems) {
    text += marked_text(terminal.red("problem") + "  ", 9, problem, terminal);
  }
  const std::string_view extent =
      inspection.verified ? "all data were read" : "headers only; --verify reads all data";
  if (inspection.problems.empty()) {
    return text + fmt::format("{}  nothing wrong found ({})\n", terminal.green("ok"), extent);
  }
  return text +
         fmt::format("{} found ({})\n", counted(inspection.problems.size(), "problem"), extent);
}

Json component_json(const InspectedComponent& component) {
  Json json;
  json.set("name", component.name);
  json.set("tensors", component.tensors);
  json.set("method", component.method);
  json.set("weights", component.weights);
  json.set("bits_per_weight",
           component.weights == 0 ? Json() : json_number(component.bits_per_weight()));
  json.set("bytes", json_size(component.bytes));
  return json;
}

Json tensor_json(const InspectedTensor& tensor) {
  Json json;
  json.set("name", tensor.name);
  json.set("mlx_name", tensor.mlx_name.empty() ? Json() : Json(tensor.mlx_name));
  json.set("shape", json_shape(tensor.shape));
  json.set("method", tensor.method);
  json.set("bytes", json_size(tensor.bytes));
  json.set("component", tensor.component);
  return json;
}

Json report_json(const std::string& path, const Inspection& inspection,
                 const InspectSections& sections) {
  const auto optional = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  Json json;
  json.set("path", path);
  json.set("model_type", optional(inspection.model_type));
  json.set("model_domain", optional(inspection.model_domain));
  json.set("evidence", optional(inspection.evidence));
  json.set("family", inspection.family);
  json.set("weight_files", json_strings(inspection.weight_files));
  json.set("quantization", optional(inspection.quantization));
  Json::Array components;
  for (const InspectedComponent& component : inspection.components) {
    components.push_back(component_json(component));
  }
  json.set("components", std::move(components));
  json.set("total", component_json(inspection.total));
  if (sections.tensors) {
    Json::Array tensors;
    for (const InspectedTensor& tensor : inspection.tensors) tensors.push_back(tensor_json(tensor));
    json.set("tensors", std::move(tensors));
  }
  if (sections.config) json.set("config", inspection.config);
  json.set("verified", inspection.verified);
  json.set("notes", json_strings(inspection.notes));
  json.set("problems", json_strings(inspection.problems));
  return json;
}

}  // namespace

Outcome inspect_report(const std::string& path, const Inspection& inspection,
                       const InspectSections& sections) {
  const Terminal terminal = Terminal::of(STDOUT_FILENO);
  std::string text = head(path, inspection, terminal) + "\n";
  if (sections.config) text += printable_lines(inspection.config.dump(2)) + "\n\n";
  if (sections.tensors) text += tensor_table(inspection, terminal) + "\n";
  if (sections.components) text += component_table(inspection, terminal) + "\n";
  text += verdict(inspection, terminal);
  Outcome outcome = {.text = std::move(text), .json = report_json(path, inspection, sections)};
  if (const std::size_t count = inspection.problems.size(); count > 0) {
    outcome.fault =
        Error{ErrorCode::kBadInput, fmt::format("{} found in {}", counted(count, "problem"), path)};
  }
  return outcome;
}

}  // namespace decibit::cli
