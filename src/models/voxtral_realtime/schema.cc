// SPDX-License-Identifier: Apache-2.0
// mlx_audio/stt/models/voxtral_realtime/{config,encoder,decoder}.py. Its predicate skips the paths
// that contain norm, ada_rms_norm or conv_layers; of these only the ada MLPs are Linears.
#include "models/voxtral_realtime/schema.h"

#include "models/config_reader.h"
#include "models/schema_builder.h"
#include "models/voxtral_realtime/config.h"
#include "models/voxtral_realtime/names.h"

namespace decibit::voxtral_realtime {
namespace {

// Fixed in mlx-audio, whatever the config says.
constexpr std::int64_t kMelBins = 128;
constexpr std::int64_t kAdapterWidth = 3072;

struct Stack {
  std::int64_t dim = 0;
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_dim = 0;
  std::int64_t ffn = 0;

  std::int64_t queries() const { return heads * head_dim; }
};

struct Sizes {
  Stack encoder;
  std::int64_t frames_joined = 0;  // encoder frames per decoder position
  Stack decoder;
  std::int64_t vocabulary = 0;
  bool conditioned = false;  // on the delay
  std::int64_t condition_width = 0;
};

Stack read_stack(ConfigReader& config, const Stack& defaults) {
  Stack s;
  s.dim = config.width_or("dim", defaults.dim);
  s.layers = config.count_or("n_layers", defaults.layers);
  s.heads = config.count_or("n_heads", defaults.heads);
  s.kv_heads = config.count_or("n_kv_heads", defaults.kv_heads);
  s.head_dim = config.width_or("head_dim", defaults.head_dim);
  s.ffn = config.width_or("hidden_dim", defaults.ffn);
  if (s.head_dim % 2 != 0) config.fault("head_dim is odd, but rotary positions turn pairs");
  return s;
}

Result<Sizes> read_sizes(const Json& config) {
  ConfigReader reader(config);
  ConfigReader encoder = reader.object_or_empty("encoder_args");
  ConfigReader decoder = reader.object_or_empty("decoder");
  Sizes s;
  s.encoder = read_stack(encoder, {1280, 32, 32, 32, 64, 5120});
  s.frames_joined = encoder.count_or("downsample_factor", 4);
  s.decoder = read_stack(decoder, {3072, 26, 32, 8, 128, 9216});
  s.vocabulary = decoder.rows_or("vocab_size", 131072);
  s.conditioned = decoder.flag_or("ada_rms_norm_t_cond", true);
  s.condition_width = decoder.width_or("ada_rms_norm_t_cond_dim", 32);
  TRY(reader.status());
  return s;
}

void add_feed_forward(SchemaBuilder& b, const std::string& layer, const Stack& s, Bias w2_bias) {
  b.linear(layer + ".feed_forward_w1", s.ffn, s.dim, Bias::kNo);
  b.linear(layer + ".feed_forward_w3", s.ffn, s.dim, Bias::kNo);
  b.linear(layer + ".feed_forward_w2", s.dim, s.ffn, w2_bias).stack.sensitive = true;
}

void add_encoder_layer(SchemaBuilder& b, const std::string& layer, const Stack& s) {
  b.rms_norm(layer + ".attention_norm", s.dim);
  // Without grouped queries: mlx-audio gives keys and values all heads, whatever n_kv_heads says.
  b.linear(layer + ".attention.wq", s.queries(), s.dim);
  b.linear(layer + ".attention.wk", s.queries(), s.dim, Bias::kNo);
  b.linear(layer + ".attention.wv", s.queries(), s.dim).stack.sensitive = true;
  b.linear(layer + ".attention.wo", s.dim, s.queries());
  b.rms_norm(layer + ".ffn_norm", s.dim);
  add_feed_forward(b, layer, s, Bias::kYes);
}

void add_encoder(SchemaBuilder& b, const Sizes& sizes) {
  const Stack& s = sizes.encoder;
  b.component("encoder");
  b.conv1d("encoder.conv_layers_0_conv.conv", s.dim, 3, kMelBins);
  b.conv1d("encoder.conv_layers_1_conv.conv", s.dim, 3, s.dim);
  for (std::int64_t i = 0; i < s.layers; ++i) {
    b.layer(i, s.layers);
    add_encoder_layer(b, "encoder.transformer_layers." + std::to_string(i), s);
  }
  b.no_layer();
  b.rms_norm("encoder.transformer_norm", s.dim);
  b.component("adapter");
  b.linear("encoder.audio_language_projection_0", kAdapterWidth, s.dim * sizes.frames_joined,
           Bias::kNo);
  b.linear("encoder.audio_language_projection_2", kAdapterWidth, kAdapterWidth, Bias::kNo);
}

void add_decoder_layer(SchemaBuilder& b, const std::string& layer, const Sizes& sizes) {
  const Stack& s = sizes.decoder;
  const std::int64_t keys = s.kv_heads * s.head_dim;
  b.rms_norm(layer + ".attention_norm", s.dim);
  b.linear(layer + ".attention.wq", s.queries(), s.dim, Bias::kNo);
  b.linear(layer + ".attention.wk", keys, s.dim, Bias::kNo);
  b.linear(layer + ".attention.wv", keys, s.dim, Bias::kNo).stack.sensitive = true;
  b.linear(layer + ".attention.wo", s.dim, s.queries(), Bias::kNo);
  b.rms_norm(layer + ".ffn_norm", s.dim);
  if (sizes.conditioned) {
    const std::string ada = layer + ".ada_rms_norm_t_cond";
    b.linear(ada + ".ada_down", sizes.condition_width, s.dim, Bias::kNo).quantizable = false;
    b.linear(ada + ".ada_up", s.dim, sizes.condition_width, Bias::kNo).quantizable = false;
  }
  add_feed_forward(b, layer, s, Bias::kNo);
}

void add_decoder(SchemaBuilder& b, const Sizes& sizes) {
  const Stack& s = sizes.decoder;
  b.component("decoder");
  b.embedding("decoder.tok_embeddings", sizes.vocabulary, s.dim);
  for (std::int64_t i = 0; i < s.layers; ++i) {
    b.layer(i, s.layers);
    add_decoder_layer(b, "decoder.layers." + std::to_string(i), sizes);
  }
  b.no_layer();
  b.rms_norm("decoder.norm", s.dim);
}

}  // namespace

Result<Schema> schema(const Json& config, const SourceView& source) {
  Json translated = mlx_config(config, source);
  const Sizes s = TRY(read_sizes(translated));
  SchemaBuilder b("voxtral_realtime");
  add_encoder(b, s);
  add_decoder(b, s);
  const Heads heads{.encoder = static_cast<int>(s.encoder.heads),
                    .decoder_queries = static_cast<int>(s.decoder.heads),
                    .decoder_keys = static_cast<int>(s.decoder.kv_heads)};
  Schema result =
      std::move(b).finish([heads](std::string_view name) { return map_name(name, heads); });
  if (translated != config) result.config = std::move(translated);
  return result;
}

bool config_matches(const Json& config) {
  if (config_from_params(config)) return true;
  const Json* encoder = config.find("encoder_args");
  const Json* decoder = config.find("decoder");
  return encoder != nullptr && encoder->is_object() && decoder != nullptr && decoder->is_object();
}

bool tensors_match(const SourceView& source) {
  return source.has_prefix("mm_streams_embeddings.embedding_module.whisper_encoder.") ||
         source.has_prefix("encoder.conv_layers_0_conv.") ||
         source.has_prefix("audio_tower.embedder.") ||
         source.has_prefix("model.audio_tower.embedder.");
}

}  // namespace decibit::voxtral_realtime
