// SPDX-License-Identifier: Apache-2.0
// mlx_audio/stt/models/voxtral/{config,voxtral}.py. Names are those of transformers.
#include "models/voxtral/schema.h"

#include "models/audio_tower.h"
#include "models/config_reader.h"
#include "models/decoder_stack.h"
#include "models/schema_builder.h"

namespace decibit::voxtral {
namespace {

constexpr const char* kRoot = "language_model.";

struct Sizes {
  AudioTower tower;
  std::int64_t mels = 0;
  std::int64_t positions = 0;
  std::int64_t stacked = 0;  // encoder features per language model position: 4 frames at once
  LanguageModel text;
};

Result<Sizes> read_sizes(const Json& config) {
  ConfigReader reader(config);
  ConfigReader audio = reader.object_or_empty("audio_config");
  ConfigReader text = reader.object_or_empty("text_config");
  Sizes s;
  s.tower.width = audio.width_or("d_model", 1280);
  s.tower.ffn = audio.width_or("encoder_ffn_dim", 5120);
  s.tower.layers = audio.count_or("encoder_layers", 32);
  s.mels = audio.width_or("num_mel_bins", 128);
  s.positions = audio.rows_or("max_source_positions", 1500);
  s.stacked = audio.width_or("intermediate_size", 5120);
  s.text.stack = read_decoder_stack(
      text,
      {.hidden = 3072, .ffn = 8192, .layers = 30, .heads = 32, .kv_heads = 8, .head_dim = 128});
  s.text.stack.qkv_bias = s.text.stack.output_bias = Bias{text.flag_or("attention_bias", false)};
  s.text.stack.mlp_bias = Bias{text.flag_or("mlp_bias", false)};
  s.text.vocabulary = text.rows_or("vocab_size", 131072);
  s.text.head_rows = text.flag_or("tie_word_embeddings", false) ? 0 : s.text.vocabulary;
  TRY(reader.status());
  return s;
}

void add_audio(SchemaBuilder& b, const Sizes& s) {
  b.component("audio_tower");
  b.conv1d("audio_tower.conv1", s.tower.width, 3, s.mels);
  b.conv1d("audio_tower.conv2", s.tower.width, 3, s.tower.width);
  b.embedding("audio_tower.embed_positions", s.positions, s.tower.width);
  add_audio_tower_layers(b, "audio_tower.layers", s.tower);
  b.norm("audio_tower.layer_norm", s.tower.width);
  keep_dense(b, "audio_tower.");
}

}  // namespace

Result<Schema> schema(const Json& config, const SourceView&) {
  const Sizes s = TRY(read_sizes(config));
  SchemaBuilder b("voxtral");
  add_language_model(b, kRoot, s.text);
  add_audio(b, s);
  b.component("multi_modal_projector");
  b.linear("multi_modal_projector.linear_1", s.text.stack.hidden, s.stacked, Bias::kNo);
  b.linear("multi_modal_projector.linear_2", s.text.stack.hidden, s.text.stack.hidden, Bias::kNo);
  return std::move(b).finish([tied = s.text.head_rows == 0](std::string_view name) {
    return map_language_model(name, kRoot, tied);
  });
}

bool tensors_match(const SourceView& source) {
  // Voxtral Realtime's projector has the same name; its tower has no absolute positions.
  return source.has("audio_tower.embed_positions.weight") &&
         source.has_prefix("multi_modal_projector.linear_1.");
}

}  // namespace decibit::voxtral
