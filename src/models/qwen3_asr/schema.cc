// SPDX-License-Identifier: Apache-2.0
// mlx_audio/stt/models/qwen3_asr/{config,qwen3_asr,qwen3_forced_aligner}.py.
#include "models/qwen3_asr/schema.h"

#include "models/audio_tower.h"
#include "models/config_reader.h"
#include "models/decoder_stack.h"
#include "models/schema_builder.h"

namespace decibit::qwen3_asr {
namespace {

struct Sizes {
  AudioTower tower;
  std::int64_t mels = 0;
  std::int64_t conv_channels = 0;
  std::int64_t audio_out = 0;
  LanguageModel text;
};

/// Where audio_config and text_config are: transformers nests them, a flat config works as well.
ConfigReader thinker(ConfigReader& config) {
  return config.has("thinker_config") ? config.object("thinker_config") : config;
}

Result<Sizes> read_sizes(const Json& config, bool aligner) {
  ConfigReader top(config);
  ConfigReader nested = thinker(top);
  ConfigReader audio = nested.object_or_empty("audio_config");
  ConfigReader text = nested.object_or_empty("text_config");
  Sizes s;
  s.tower.width = audio.width_or("d_model", 1024);
  s.tower.ffn = audio.width_or("encoder_ffn_dim", 4096);
  s.tower.layers = audio.count_or("encoder_layers", 24);
  s.tower.key_bias = Bias::kYes;
  s.mels = audio.width_or("num_mel_bins", 128);
  s.conv_channels = audio.width_or("downsample_hidden_size", 480);
  s.audio_out = audio.width_or("output_dim", 2048);
  s.text.stack = read_decoder_stack(text, {.hidden = 2048,
                                           .ffn = 6144,
                                           .layers = 28,
                                           .heads = 16,
                                           .kv_heads = 8,
                                           .head_dim = 128,
                                           .qk_norm = true,
                                           .down_second = false});
  s.text.vocabulary = text.rows_or("vocab_size", 151936);
  if (aligner) {
    s.text.head_rows = nested.rows_or("classify_num", top.rows_or("classify_num", 5000));
  } else {
    s.text.head_rows = text.flag_or("tie_word_embeddings", true) ? 0 : s.text.vocabulary;
  }
  TRY(top.status());
  return s;
}

void add_audio(SchemaBuilder& b, const Sizes& s) {
  const auto halved = [](std::int64_t n) { return (n + 1) / 2; };
  const std::int64_t frequencies = halved(halved(halved(s.mels)));
  b.component("audio_tower");
  b.conv2d("audio_tower.conv2d1", s.conv_channels, 3, 3, 1);
  b.conv2d("audio_tower.conv2d2", s.conv_channels, 3, 3, s.conv_channels);
  b.conv2d("audio_tower.conv2d3", s.conv_channels, 3, 3, s.conv_channels);
  b.linear("audio_tower.conv_out", s.tower.width, s.conv_channels * frequencies, Bias::kNo);
  add_audio_tower_layers(b, "audio_tower.layers", s.tower);
  b.norm("audio_tower.ln_post", s.tower.width);
  b.linear("audio_tower.proj1", s.tower.width, s.tower.width);
  b.linear("audio_tower.proj2", s.audio_out, s.tower.width);
  keep_dense(b, "audio_tower.");
}

/// "thinker.X" is X.
Mapped map_name(std::string_view name, bool tied) {
  constexpr std::string_view kThinker = "thinker.";
  if (name.starts_with(kThinker)) name.remove_prefix(kThinker.size());
  return map_language_model(name, "", tied);
}

Result<Schema> build(std::string_view model_type, const Json& config, bool aligner) {
  const Sizes s = TRY(read_sizes(config, aligner));
  SchemaBuilder b(model_type);
  add_audio(b, s);
  add_language_model(b, "", s.text);
  return std::move(b).finish(
      [tied = s.text.head_rows == 0](std::string_view name) { return map_name(name, tied); });
}

bool is_aligner(const Json& config) {
  const Json* nested = config.find("thinker_config");
  const Json* type = nested != nullptr ? nested->find("model_type") : nullptr;
  return type != nullptr && type->string() != nullptr && *type->string() == "qwen3_forced_aligner";
}

}  // namespace

Result<Schema> schema(const Json& config, const SourceView&) {
  return build("qwen3_asr", config, is_aligner(config));
}

Result<Schema> aligner_schema(const Json& config, const SourceView&) {
  return build("qwen3_forced_aligner", config, true);
}

bool config_matches(const Json& config) {
  const Json* nested = config.find("thinker_config");
  const Json* audio = nested != nullptr ? nested->find("audio_config") : nullptr;
  return audio != nullptr && audio->is_object();
}

bool tensors_match(const SourceView& source) {
  return source.has_prefix("thinker.audio_tower.conv2d1.") ||
         source.has_prefix("audio_tower.conv2d1.");
}

}  // namespace decibit::qwen3_asr
