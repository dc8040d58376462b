// SPDX-License-Identifier: Apache-2.0
// mlx_audio/stt/models/qwen2_audio/{config,qwen2_audio}.py and mlx_audio/lm/models/qwen2.py.
#include "models/qwen2_audio/schema.h"

#include "models/audio_tower.h"
#include "models/config_reader.h"
#include "models/decoder_stack.h"
#include "models/schema_builder.h"

namespace decibit::qwen2_audio {
namespace {

constexpr const char* kRoot = "language_model.";

struct Sizes {
  AudioTower tower;
  std::int64_t mels = 0;
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
  s.tower.keys_before_queries = true;
  s.mels = audio.width_or("num_mel_bins", 128);
  s.text.stack = read_decoder_stack(text, {.hidden = 4096,
                                           .ffn = 11008,
                                           .layers = 32,
                                           .heads = 32,
                                           .kv_heads = 32,
                                           .head_dim = 128,
                                           .qkv_bias = Bias::kYes});
  // Qwen2 knows no head_dim of its own, and its biases are there whatever attention_bias says.
  DecoderStack& stack = s.text.stack;
  stack.head_dim = stack.hidden / stack.heads;
  if (stack.head_dim == 0) reader.fault("text_config.num_attention_heads exceeds hidden_size");
  s.text.vocabulary = text.rows_or("vocab_size", 156032);
  s.text.head_rows = text.flag_or("tie_word_embeddings", false) ? 0 : s.text.vocabulary;
  TRY(reader.status());
  return s;
}

void add_audio(SchemaBuilder& b, const Sizes& s) {
  b.component("audio_tower");
  b.conv1d("audio_tower.conv1", s.tower.width, 3, s.mels);
  b.conv1d("audio_tower.conv2", s.tower.width, 3, s.tower.width);
  add_audio_tower_layers(b, "audio_tower.layers", s.tower);
  b.norm("audio_tower.layer_norm", s.tower.width);
  b.component("multi_modal_projector");
  b.linear("multi_modal_projector.linear", s.text.stack.hidden, s.tower.width);
  keep_dense(b, "audio_tower.");
  keep_dense(b, "multi_modal_projector.");
}

/// The sinusoids are computed, so their table in the file is not read.
Mapped map_name(std::string_view name, bool tied) {
  if (name.find("embed_positions") != std::string_view::npos) {
    return {.name = std::string(name), .op = Mapped::Op::kDrop};
  }
  return map_language_model(name, kRoot, tied);
}

}  // namespace

Result<Schema> schema(const Json& config, const SourceView&) {
  const Sizes s = TRY(read_sizes(config));
  SchemaBuilder b("qwen2_audio");
  add_audio(b, s);
  add_language_model(b, kRoot, s.text);
  Schema result = std::move(b).finish(
      [tied = s.text.head_rows == 0](std::string_view name) { return map_name(name, tied); });
  // sanitize() takes a checkpoint without scales for PyTorch's and transposes its convolutions.
  result.loader_expects_torch_when_dense = true;
  return result;
}

bool tensors_match(const SourceView& source) {
  return source.has_prefix("audio_tower.conv1.") &&
         source.has_prefix("multi_modal_projector.linear.");
}

}  // namespace decibit::qwen2_audio
