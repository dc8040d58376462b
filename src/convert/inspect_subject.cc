// SPDX-License-Identifier: Apache-2.0
// Every step may fail without stopping the next; only weights that cannot be read at all are an
// error.
#include "convert/inspect_subject.h"

#include <cerrno>
#include <system_error>

#include "convert/piece.h"
#include "models/source_model.h"

namespace decibit {
namespace fs = std::filesystem;
namespace {

void read_config_of(Subject& subject) {
  subject.config = Json(Json::Object{});
  if (!subject.is_folder) return;
  auto config = read_config(subject.checkpoint.folder);
  if (config) {
    subject.config = std::move(*config);
  } else {
    subject.problems.push_back(config.error().message);
  }
}

std::vector<Weight> ungrouped(const Checkpoint& checkpoint) {
  std::vector<Weight> weights;
  weights.reserve(checkpoint.tensors.size());
  for (const Tensor& tensor : checkpoint.tensors) weights.push_back(dense_weight(tensor));
  return weights;
}

void group_weights_of(Subject& subject) {
  auto weights = group_weights(subject.checkpoint, subject.config);
  if (weights) {
    subject.weights = std::move(*weights);
    return;
  }
  subject.problems.push_back(weights.error().message);
  subject.weights = ungrouped(subject.checkpoint);
  subject.grouped = false;
}

/// Which model it is, and its schema.
void recognise(Subject& subject) {
  if (!subject.is_folder) {
    subject.unknown_because = "a single file";
    return;
  }
  const Status ours =
      refuse_foreign_quantization(subject.checkpoint, foreign_quant_method(subject.config));
  if (!ours) {
    subject.problems.push_back(ours.error().message);
    subject.unknown_because = "quantized by another tool";
    return;
  }
  SourceView view;
  for (const Weight& weight : subject.weights) view.tensors.push_back({weight.name, weight.shape});
  auto model =
      detect_model(subject.config, view, {{}, {}, repository_name(subject.checkpoint.folder)});
  if (!model) {
    subject.unknown_because = model.error().message;
    return;
  }
  subject.model = *model;
  if (!subject.grouped) return;  // scales and codes would all count as unexpected tensors
  auto schema = model->type->schema(subject.config, view);
  if (schema) {
    subject.schema = std::move(*schema);
  } else {
    subject.problems.push_back(schema.error().message);
  }
}

}  // namespace

Result<std::unique_ptr<const Subject>> open_subject(const fs::path& path, Reporter& reporter) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return Unexpected(system_error(ENOENT, "cannot open", path.string()));
  auto subject = std::make_unique<Subject>();
  subject->is_folder = fs::is_directory(status);
  subject->checkpoint = TRY(open_checkpoint(path, reporter));
  read_config_of(*subject);
  group_weights_of(*subject);
  recognise(*subject);
  return std::unique_ptr<const Subject>(std::move(subject));
}

std::string method_text(const Weight& weight) {
  if (!weight.scheme) return std::string(name(weight.dtype));
  return method_name(*weight.scheme);
}

}  // namespace decibit
