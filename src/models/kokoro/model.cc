// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "models/kokoro/schema.h"
#include "models/load_weights.h"
#include "models/source_model.h"

namespace decibit::kokoro {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kVoiceFiles = {".safetensors", ".pt", ".npz", ".bin"};

bool is_voice_file(const fs::path& path) {
  return std::ranges::find(kVoiceFiles, path.extension().string()) != kVoiceFiles.end();
}

}  // namespace

Result<std::unique_ptr<Model>> Model::load(const fs::path& path, Reporter& reporter) {
  const SourceModel source = TRY(open_source_model(path, {}, reporter));
  if (source.schema.model_type != "kokoro")
    return fail(ErrorCode::kBadInput, fmt::format("{} holds a {} model; speaking needs Kokoro",
                                                  path.string(), source.schema.model_type));
  ConfigReader config(source.config);
  const styletts2::Dims dims = styletts2::read_dims(config);
  if (config.ok()) styletts2::check_runnable(dims, kDecoder, config);
  TRY(config.status());
  std::unique_ptr<Model> model(new Model);
  model->folder_ = source.checkpoint->folder;
  model->vocabulary_ = TRY(Vocabulary::read(source.config, dims.tokens));
  const NamedWeights named = TRY(load_weights(source));
  WeightBinder binder(named.weights, model->memory_);
  model->network_ = styletts2::Network::bind(binder, dims, kDecoder, styletts2::AlphaName::kDot);
  TRY(binder.finish(fmt::format("Kokoro in {}", path.string())));
  return model;
}

std::vector<std::string> Model::voice_names() const {
  std::vector<std::string> names;
  std::error_code ignored;
  for (fs::directory_iterator it(folder_ / "voices", ignored), end; it != end;
       it.increment(ignored))
    if (is_voice_file(it->path())) names.push_back(it->path().stem().string());
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<Voice> Model::one_voice(const std::string& name) const {
  const std::int64_t width = network_.style_size();
  if (name.find('/') != name.npos || is_voice_file(name)) return Voice::read(name, width);
  std::error_code ignored;
  for (const std::string_view extension : kVoiceFiles) {
    const fs::path file = folder_ / "voices" / (name + std::string(extension));
    if (fs::exists(file, ignored)) return Voice::read(file, width);
  }
  const std::vector<std::string> names = voice_names();
  return fail(ErrorCode::kNotFound,
              fmt::format("no voice {} in {}", name, (folder_ / "voices").string()),
              names.empty() ? "give the path of a voice file"
                            : fmt::format("one of: {}", fmt::join(names, ", ")));
}

Result<Voice> Model::voice(std::string_view text) const {
  std::error_code ignored;
  // A path may hold what separates the parts of a blend.
  if (is_voice_file(text) && fs::exists(text, ignored)) return one_voice(std::string(text));
  const std::vector<VoicePart> parts = TRY(parse_voice(text));
  std::vector<Voice> voices;
  std::vector<double> weights;
  for (const VoicePart& part : parts) {
    voices.push_back(TRY(one_voice(part.name)));
    weights.push_back(part.weight);
  }
  if (voices.size() == 1) return std::move(voices.front());
  return Voice::blend(voices, weights);
}

}  // namespace decibit::kokoro
