// SPDX-License-Identifier: Apache-2.0
// Every step may fail without stopping the next; only weights that cannot be read at all are an
// error.
#include "convert/inspect_subject.h"

#include <fmt/format.h>

#include <system_error>

#include "convert/source_model.h"
#include "io/npz.h"
#include "io/safetensors.h"
#include "io/torch_file.h"

namespace decibit {
namespace fs = std::filesystem;
namespace {

/// One file as a checkpoint of its own.
Result<Checkpoint> open_single_file(const fs::path& path) {
  Checkpoint checkpoint;
  checkpoint.folder = path.parent_path();
  checkpoint.weight_files = {path.filename().string()};
  const std::string extension = path.extension().string();
  if (extension == ".safetensors") {
    SafetensorsFile file = TRY(open_safetensors(path));
    checkpoint.family = "safetensors";
    checkpoint.tensors = std::move(file.tensors);
    checkpoint.metadata = std::move(file.metadata);
  } else if (extension == ".npz") {
    checkpoint.family = "npz";
    checkpoint.tensors = TRY(open_npz(path));
  } else if (extension == ".pth" || extension == ".pt" || extension == ".bin") {
    checkpoint.family = "pytorch";
    checkpoint.tensors = TRY(open_torch_file(path));
  } else {
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: no weight file that decibit reads", path.string()),
                "a folder, or a .safetensors, .npz, .pth, .pt or .bin file");
  }
  return checkpoint;
}

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
  for (const Tensor& tensor : checkpoint.tensors) {
    Weight weight;
    weight.name = tensor.name;
    weight.tensor = &tensor;
    weight.shape = tensor.shape;
    weight.dtype = tensor.dtype;
    weights.push_back(std::move(weight));
  }
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

std::string quantization_method(const Json& config) {
  const Json* quantization = config.find("quantization_config");
  const Json* method = quantization == nullptr ? nullptr : quantization->find("quant_method");
  return method == nullptr || method->string() == nullptr ? std::string() : *method->string();
}

/// Which model it is, and its schema.
void recognise(Subject& subject) {
  if (!subject.is_folder) {
    subject.unknown_because = "a single file";
    return;
  }
  const Status ours =
      refuse_foreign_quantization(subject.checkpoint, quantization_method(subject.config));
  if (!ours) {
    subject.problems.push_back(ours.error().message);
    subject.unknown_because = "quantized by another tool";
    return;
  }
  SourceView view;
  for (const Weight& weight : subject.weights) view.tensors.push_back({weight.name, weight.shape});
  const fs::path& folder = subject.checkpoint.folder;
  const fs::path name = folder.has_filename() ? folder.filename() : folder.parent_path().filename();
  auto model = detect_model(subject.config, view, {{}, {}, name.string()});
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
  subject->checkpoint =
      subject->is_folder ? TRY(open_checkpoint(path, reporter)) : TRY(open_single_file(path));
  read_config_of(*subject);
  group_weights_of(*subject);
  recognise(*subject);
  return std::unique_ptr<const Subject>(std::move(subject));
}

std::string method_text(const Weight& weight) {
  if (!weight.scheme) return std::string(name(weight.dtype));
  const std::string scheme = to_string(*weight.scheme);
  return weight.scheme->has_biases() ? "affine " + scheme : scheme;
}

}  // namespace decibit
