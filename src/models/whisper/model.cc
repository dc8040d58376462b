// SPDX-License-Identifier: Apache-2.0
#include "models/whisper/model.h"

#include <fmt/format.h>

#include "models/load_weights.h"

namespace decibit::whisper {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWanted = "the folder of a Whisper model: config.json and weights";

/// open_source_model, whose advice is for conversions where no type is found: here the type is
/// known, and the folder is the wrong one.
Result<SourceModel> open_whisper(const fs::path& path, Reporter& reporter) {
  auto source = open_source_model(path, {}, reporter);
  if (source) return source;
  Error fault = source.error();
  if (fault.hint.find("--model-type") != fault.hint.npos) fault.hint = kWanted;
  return Unexpected(fault);
}

SourceView view_of(const SourceModel& source) {
  SourceView view;
  for (const Weight& weight : source.weights) view.tensors.push_back({weight.name, weight.shape});
  return view;
}

Result<Dims> runnable_dims(const SourceModel& source) {
  ConfigReader config(source.config);
  const Dims dims = read_dims(config, view_of(source));
  if (config.ok()) check_runnable(dims, config);
  TRY(config.status());
  return dims;
}

}  // namespace

Result<std::unique_ptr<Model>> Model::load(const fs::path& path, Reporter& reporter) {
  const SourceModel source = TRY(open_whisper(path, reporter));
  if (source.schema.model_type != "whisper")
    return fail(ErrorCode::kBadInput,
                fmt::format("{} holds a {} model; transcribing needs Whisper", path.string(),
                            source.schema.model_type),
                std::string(kWanted));
  for (const std::string& note : source.schema.notes) reporter.note(note);
  std::unique_ptr<Model> model = TRY(bind(source, reporter));
  if (model->dims().audio_context != kAudioContext)
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: config.json gives the encoder {} positions; windows of 30 s, as "
                            "Whisper has them, are {}",
                            path.string(), model->dims().audio_context, kAudioContext));
  return model;
}

Result<std::unique_ptr<Model>> Model::bind(const SourceModel& source, Reporter& reporter) {
  std::unique_ptr<Model> model(new Model);
  model->folder_ = source.checkpoint->folder;
  model->dims_ = TRY(runnable_dims(source));
  const NamedWeights named = TRY(load_weights(source));
  WeightBinder binder(named.weights, model->memory_);
  model->encoder_ = Encoder::bind(binder, model->dims_);
  model->decoder_ = Decoder::bind(binder, model->dims_);
  TRY(binder.finish(fmt::format("Whisper in {}", model->folder_.string())));
  model->alignment_heads_ =
      whisper::alignment_heads(model->folder_, source.config, model->dims_, reporter);
  return model;
}

}  // namespace decibit::whisper
