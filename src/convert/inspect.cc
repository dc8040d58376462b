// SPDX-License-Identifier: Apache-2.0
// Puts together what is read (inspect_subject), proved from headers (inspect_checks) and found in
// the data (inspect_data).
#include "convert/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "convert/inspect_checks.h"
#include "convert/inspect_data.h"
#include "convert/inspect_subject.h"
#include "convert/summary.h"
#include "models/source_index.h"

namespace decibit {
namespace {

/// From a weight's name to its component: the schema's, else the first part of the name.
class Components {
 public:
  explicit Components(const Subject& subject) : schema_(subject.schema) {
    if (!schema_) return;
    for (const TensorSpec& spec : schema_->tensors) {
      const std::string& component = schema_->components[spec.component];
      by_name_.emplace(spec.name, component);
      // decibit-rows has names of its own for what the schema calls X.weight_v.
      const std::string rows_name = rows_weight_name(spec.name);
      by_name_.emplace(rows_name, component);
      by_name_.emplace(rows_tail_name(rows_name), component);
    }
  }

  std::string of(const std::string& name) const {
    if (!schema_) return name.substr(0, name.find('.'));
    const Mapped mapped = schema_->map_name(name);
    if (mapped.op == Mapped::Op::kDrop) return "(not used)";
    const auto found = by_name_.find(mapped.name);
    return found == by_name_.end() ? std::string("(unknown)") : found->second;
  }

  /// The model's own name of a tensor; empty when it has none.
  std::string mlx_name(const std::string& name) const {
    if (!schema_) return {};
    Mapped mapped = schema_->map_name(name);
    const bool known = mapped.op != Mapped::Op::kDrop && by_name_.contains(mapped.name);
    return known ? std::move(mapped.name) : std::string();
  }

  /// In the order of the schema; what it lacks comes last, by name.
  std::size_t rank(const std::string& component) const {
    if (!schema_) return 0;
    const auto found = std::ranges::find(schema_->components, component);
    return static_cast<std::size_t>(found - schema_->components.begin());
  }

 private:
  const std::optional<Schema>& schema_;
  std::unordered_map<std::string, std::string> by_name_;
};

std::vector<InspectedTensor> list_tensors(const Subject& subject, const Components& components) {
  std::vector<InspectedTensor> tensors;
  for (const Weight& weight : subject.weights) {
    tensors.push_back({weight.name, components.mlx_name(weight.name), weight.shape,
                       method_text(weight), components.of(weight.name), weight.elements(),
                       weight.stored_bytes()});
  }
  return tensors;
}

/// One row over some tensors; its method names at most three, those with most bytes first.
class Summing {
 public:
  void add(const InspectedTensor& tensor) {
    ++sum_.tensors;
    sum_.weights += tensor.weights;
    sum_.bytes += tensor.bytes;
    bytes_by_method_[tensor.method] += tensor.bytes;
  }

  InspectedComponent finish(std::string name) {
    sum_.name = std::move(name);
    std::vector<std::pair<std::string, std::uint64_t>> methods(bytes_by_method_.begin(),
                                                               bytes_by_method_.end());
    std::ranges::stable_sort(methods, std::greater<>(),
                             &std::pair<std::string, std::uint64_t>::second);
    constexpr std::size_t kShown = 3;
    for (std::size_t i = 0; i < std::min(kShown, methods.size()); ++i) {
      sum_.method += (i == 0 ? "" : ", ") + methods[i].first;
    }
    if (methods.size() > kShown) sum_.method += ", ...";
    return sum_;
  }

 private:
  InspectedComponent sum_;
  std::map<std::string, std::uint64_t> bytes_by_method_;
};

void sum_up(const Components& components, Inspection& inspection) {
  std::map<std::pair<std::size_t, std::string>, Summing> rows;
  Summing total;
  for (const InspectedTensor& tensor : inspection.tensors) {
    rows[{components.rank(tensor.component), tensor.component}].add(tensor);
    total.add(tensor);
  }
  for (auto& [key, row] : rows) inspection.components.push_back(row.finish(key.second));
  inspection.total = total.finish("total");
}

std::string text_member(const Json& config, std::string_view key) {
  const Json* value = config.find(key);
  return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
}

/// "affine 4:64 (75 layers), mxfp4 (1 layer)": the most used first.
std::string quantization_text(const Subject& subject) {
  if (!subject.grouped) return "quantized, but not readably";
  std::map<std::string, int> layers;
  for (const Weight& weight : subject.weights) {
    if (weight.scheme) ++layers[method_text(weight)];
  }
  std::vector<std::pair<std::string, int>> methods(layers.begin(), layers.end());
  std::ranges::stable_sort(methods, std::greater<>(), &std::pair<std::string, int>::second);
  std::string text;
  for (const auto& [method, count] : methods) {
    text += fmt::format("{}{} ({} layer{})", text.empty() ? "" : ", ", method, count,
                        count == 1 ? "" : "s");
  }
  const Json* quantization = subject.config.find("quantization");
  const bool rows = quantization != nullptr && text_member(*quantization, "mode") == "decibit-rows";
  return rows ? text + ", as decibit-rows" : text;
}

/// torch_dtype is what mlx-audio casts to without --dtype, so a wrong one changes bits.
void note_torch_dtype(const Subject& subject, std::vector<std::string>& notes) {
  const std::string said = text_member(subject.config, "torch_dtype");
  std::map<DType, std::uint64_t> bytes;
  for (const Weight& weight : subject.weights) {
    if (!weight.scheme && is_mlx_float(weight.dtype)) bytes[weight.dtype] += weight.stored_bytes();
  }
  if (said.empty() || bytes.empty()) return;
  const auto most =
      std::ranges::max_element(bytes, {}, &std::pair<const DType, std::uint64_t>::second);
  const DType dtype = most->first;
  const std::string_view spelled = torch_name(dtype);
  if (said == spelled) return;
  notes.push_back(
      fmt::format("config.json says torch_dtype {}, most dense weights are {}", said, spelled));
}

}  // namespace

double InspectedComponent::bits_per_weight() const {
  return decibit::bits_per_weight(bytes, weights);
}

Result<Inspection> inspect(const InspectOptions& options, Reporter& reporter) {
  const std::unique_ptr<const Subject> subject = TRY(open_subject(options.path, reporter));
  Inspection inspection;
  inspection.family = subject->checkpoint.family;
  inspection.weight_files = subject->checkpoint.weight_files;
  inspection.evidence = subject->unknown_because;
  if (subject->model) {
    inspection.model_type = subject->model->type->name;
    inspection.model_domain = subject->model->type->domain;
    inspection.evidence = subject->model->evidence;
  }
  inspection.config = subject->config;
  inspection.quantization = quantization_text(*subject);
  const Components components(*subject);
  inspection.tensors = list_tensors(*subject, components);
  sum_up(components, inspection);
  if (!subject->checkpoint.choice.empty()) inspection.notes.push_back(subject->checkpoint.choice);
  note_torch_dtype(*subject, inspection.notes);

  inspection.problems = subject->problems;
  check_schema(*subject, inspection.problems);
  check_quantization_config(*subject, inspection.problems);
  check_index(*subject, inspection.problems);
  check_stray_files(*subject, inspection.problems);
  check_unaccounted_bytes(*subject, inspection.problems);
  if (options.verify) TRY(check_data(*subject, reporter, inspection.problems));
  inspection.verified = options.verify;
  return inspection;
}

}  // namespace decibit
