// SPDX-License-Identifier: Apache-2.0
#include "models/source_model.h"

#include <fmt/format.h>

namespace decibit {
namespace fs = std::filesystem;
namespace {

Result<Json> parse_config(const fs::path& path) {
  const std::string text = TRY(read_text(path));
  auto json = Json::parse(text);
  if (!json) return Unexpected(with_context(json.error(), path.string()));
  if (!json->is_object())
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: expected a JSON object at the top", path.string()));
  return json;
}

}  // namespace

std::string repository_name(const fs::path& folder) {
  const fs::path last = folder.has_filename() ? folder : folder.parent_path();
  if (last.parent_path().filename() == "snapshots")
    return last.parent_path().parent_path().filename().string();
  return last.filename().string();
}

std::string foreign_quant_method(const Json& config) {
  const Json* quantization = config.find("quantization_config");
  const Json* method = quantization == nullptr ? nullptr : quantization->find("quant_method");
  return method == nullptr || method->string() == nullptr ? std::string() : *method->string();
}

std::uint64_t SourceModel::weight_bytes() const {
  std::uint64_t bytes = 0;
  for (const Weight& weight : weights) bytes += weight.stored_bytes();
  return bytes;
}

Result<Json> read_config(const fs::path& folder) {
  std::error_code error;
  for (const char* name : {"config.json", "modular_model_index.json", "params.json"})
    // A link to nothing is no absence: reading it says what is wrong.
    if (fs::exists(fs::symlink_status(folder / name, error))) return parse_config(folder / name);
  return Json(Json::Object{});
}

Result<SourceModel> open_source_model(const fs::path& path, const DetectionHints& hints,
                                      Reporter& reporter) {
  SourceModel source;
  source.checkpoint = std::make_unique<Checkpoint>(TRY(open_checkpoint(path, reporter)));
  const Checkpoint& checkpoint = *source.checkpoint;
  source.config = TRY(read_config(checkpoint.folder));
  TRY(refuse_foreign_quantization(checkpoint, foreign_quant_method(source.config)));
  source.weights = TRY(group_weights(checkpoint, source.config));

  SourceView view;
  for (const Weight& weight : source.weights) view.tensors.push_back({weight.name, weight.shape});
  DetectionHints complete = hints;
  if (complete.folder_name.empty()) complete.folder_name = repository_name(checkpoint.folder);
  source.detection = TRY(detect_model(source.config, view, complete));
  auto schema = source.detection.type->schema(source.config, view);
  if (!schema)
    return Unexpected(with_context(
        schema.error(), fmt::format("config of a {} model", source.detection.type->name)));
  source.schema = std::move(*schema);
  if (!source.schema.config.is_null()) source.config = source.schema.config;
  return source;
}

}  // namespace decibit
