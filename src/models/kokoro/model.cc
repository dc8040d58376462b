// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/model.h"

#include <fmt/format.h>

#include "models/kokoro/schema.h"
#include "models/kokoro/voice_files.h"
#include "models/load_weights.h"

namespace decibit::kokoro {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWanted = "the folder of a Kokoro model: config.json, weights, voices/";

/// open_source_model, whose advice is for conversions where no type is found: here the type is
/// known, and the folder is the wrong one.
Result<SourceModel> open_kokoro(const fs::path& path, Reporter& reporter) {
  std::error_code error;
  const fs::path folder = fs::is_directory(path, error) ? path : path.parent_path();
  auto source = open_source_model(path, {}, reporter);
  if (source) return source;
  Error fault = source.error();
  if (fault.code != ErrorCode::kBadInput) return Unexpected(fault);
  if (!fs::exists(fs::symlink_status(folder / "config.json", error)))
    return fail(ErrorCode::kBadInput,
                fmt::format("{} holds no Kokoro model: there is no config.json", path.string()),
                std::string(kWanted));
  if (fault.hint.find("--model-type") != fault.hint.npos) fault.hint = kWanted;
  return Unexpected(fault);
}

}  // namespace

Result<std::unique_ptr<Model>> Model::load(const fs::path& path, Reporter& reporter) {
  const SourceModel source = TRY(open_kokoro(path, reporter));
  if (source.schema.model_type != "kokoro")
    return fail(ErrorCode::kBadInput,
                fmt::format("{} holds a {} model; speaking needs Kokoro", path.string(),
                            source.schema.model_type),
                std::string(kWanted));
  return bind(source, kDecoder);
}

Result<std::unique_ptr<Model>> Model::bind(const SourceModel& source,
                                           const styletts2::DecoderDims& decoder) {
  ConfigReader config(source.config);
  const styletts2::Dims dims = styletts2::read_dims(config);
  if (config.ok()) styletts2::check_runnable(dims, decoder, config);
  const std::string file = (source.checkpoint->folder / "config.json").string();
  if (const Status read = config.status(); !read)
    return Unexpected(with_context(read.error(), file));
  auto vocabulary = Vocabulary::read(source.config, dims.tokens);
  if (!vocabulary) return Unexpected(with_context(vocabulary.error(), file));
  std::unique_ptr<Model> model(new Model);
  model->folder_ = source.checkpoint->folder;
  model->vocabulary_ = *std::move(vocabulary);
  const NamedWeights named = TRY(load_weights(source));
  WeightBinder binder(named.weights, model->memory_);
  model->network_ = styletts2::Network::bind(binder, dims, decoder, styletts2::AlphaName::kDot);
  TRY(binder.finish(fmt::format("Kokoro in {}", model->folder_.string())));
  return model;
}

std::vector<std::string> Model::voice_names() const {
  std::vector<std::string> names;
  for (const VoiceSource& source : voice_sources(folder_, network_.style_size()))
    names.push_back(source.name);
  return names;
}

Result<Voice> Model::voice(std::string_view text) const {
  const std::int64_t width = network_.style_size();
  std::error_code ignored;
  // A path may hold what separates the parts of a blend.
  if (is_voice_file(text) && fs::exists(text, ignored)) return Voice::read(text, width);
  const std::vector<VoicePart> parts = TRY(parse_voice(text));
  std::vector<Voice> voices;
  std::vector<double> weights;
  for (const VoicePart& part : parts) {
    const VoiceSource source = TRY(find_voice(part.name, folder_, width));
    voices.push_back(TRY(read_voice(source, width)));
    weights.push_back(part.weight);
  }
  if (voices.size() == 1) return std::move(voices.front());
  return Voice::blend(voices, weights);
}

}  // namespace decibit::kokoro
