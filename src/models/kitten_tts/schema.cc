// SPDX-License-Identifier: Apache-2.0
// KittenTTS: the StyleTTS2 tree with all widths from the config.
// Source: mlx_audio/tts/models/kitten_tts/kitten_tts.py (ModelConfig, KittenDecoder, sanitize).
#include "models/kitten_tts/schema.h"

#include <utility>

#include "models/styletts2/modules.h"

namespace decibit::kitten_tts {
namespace {

/// Older exports have "alpha1.0" where the module tree has "alpha1_0".
Mapped map_name(std::string_view source_name) {
  std::string name(source_name);
  for (const std::string_view alpha : {".alpha1.", ".alpha2."}) {
    if (const std::size_t at = name.find(alpha); at != std::string::npos) {
      name[at + alpha.size() - 1] = '_';
    }
  }
  return {.name = std::move(name)};
}

}  // namespace

Result<Schema> schema(const Json& json, const SourceView& /*source*/) {
  ConfigReader config(json);
  const styletts2::Dims dims = styletts2::read_dims(config);
  styletts2::DecoderDims decoder{};
  decoder.wide = config.width("max_conv_dim");
  decoder.out = config.width_or("decoder_out_dim", decoder.wide);
  decoder.residual_in = dims.hidden;
  decoder.residual = config.width("asr_res_dim");
  TRY(config.status());
  SchemaBuilder b("kitten_tts");
  styletts2::add_modules(b, dims, decoder, styletts2::AlphaName::kUnderscore);
  return std::move(b).finish(map_name);
}

bool config_matches(const Json& config) {
  return config.find("istftnet") != nullptr && config.find("plbert") != nullptr &&
         config.find("asr_res_dim") != nullptr;
}

bool tensors_match(const SourceView& source) {
  return source.has("decoder.generator.noise_res.0.alpha1_0") && source.has_prefix("bert_encoder.");
}

}  // namespace decibit::kitten_tts
