// SPDX-License-Identifier: Apache-2.0
// Whisper's module tree. Source: mlx_audio/stt/models/whisper/whisper.py (AudioEncoder,
// TextDecoder).
#include "models/whisper/schema.h"

#include <fmt/format.h>

#include <utility>

#include "models/config_reader.h"
#include "models/schema_builder.h"
#include "models/whisper/dims.h"
#include "models/whisper/names.h"

namespace decibit::whisper {
namespace {

/// MultiHeadAttention. The key projection has no bias.
void attention(SchemaBuilder& b, const std::string& path, std::int64_t width) {
  b.linear(path + ".query", width, width);
  b.linear(path + ".key", width, width, Bias::kNo);
  b.linear(path + ".value", width, width).stack.sensitive = true;
  b.linear(path + ".out", width, width);
}

enum class CrossAttention : bool { kNo, kYes };

void block(SchemaBuilder& b, const std::string& path, std::int64_t width, CrossAttention cross) {
  attention(b, path + ".attn", width);
  b.norm(path + ".attn_ln", width);
  if (cross == CrossAttention::kYes) {
    attention(b, path + ".cross_attn", width);
    b.norm(path + ".cross_attn_ln", width);
  }
  b.linear(path + ".mlp1", 4 * width, width);
  b.linear(path + ".mlp2", width, 4 * width).stack.sensitive = true;
  b.norm(path + ".mlp_ln", width);
}

void blocks(SchemaBuilder& b, const std::string& path, std::int64_t layers, std::int64_t width,
            CrossAttention cross) {
  for (std::int64_t i = 0; i < layers; ++i) {
    b.layer(i, layers);
    block(b, path + ".blocks." + std::to_string(i), width, cross);
  }
  b.no_layer();
}

/// Says so where the config contradicts the position table.
void note_text_context(SchemaBuilder& b, const ConfigReader& config, std::int64_t rows) {
  for (const char* key : {"max_target_positions", "n_text_ctx", "max_length"}) {
    const Json* value = config.find(key);
    const std::int64_t* number = value != nullptr ? value->integer() : nullptr;
    if (number == nullptr || *number == rows) continue;
    b.note(fmt::format("{} is {} in config.json, but the position table has {} rows: {} it is", key,
                       *number, rows, rows));
  }
}

/// mlx-audio makes the table as long as the config says and then refuses one of another length.
/// Null when the config says the right thing (its default is 448).
Json corrected_config(const Json& source, std::string_view key, std::int64_t rows) {
  const Json* value = source.find(key);
  if (value == nullptr ? rows == 448 : *value == Json(rows)) return {};
  Json config = source;
  config.set(key, rows);
  return config;
}

}  // namespace

Result<Schema> schema(const Json& stated, const SourceView& source) {
  const Json shown = config_with_dims(stated, source);
  const Json& json = shown.is_null() ? stated : shown;
  ConfigReader config(json);
  const Dims d = read_dims(config, source);
  const bool tied_head = config.flag_or("tie_word_embeddings", true);
  TRY(config.status());

  SchemaBuilder b("whisper");
  b.component("encoder");
  b.conv1d("encoder.conv1", d.audio_width, 3, d.mels);
  b.conv1d("encoder.conv2", d.audio_width, 3, d.audio_width);
  blocks(b, "encoder", d.audio_layers, d.audio_width, CrossAttention::kNo);
  b.norm("encoder.ln_post", d.audio_width);

  b.component("decoder");
  b.embedding("decoder.token_embedding", d.vocabulary, d.text_width);
  b.parameter("decoder.positional_embedding", {d.text_context, d.text_width});
  blocks(b, "decoder", d.text_layers, d.text_width, CrossAttention::kYes);
  b.norm("decoder.ln", d.text_width);

  note_text_context(b, config, d.text_context);
  if (tied_head && source.has("proj_out.weight")) {
    b.note("proj_out.weight is the token embedding again and is left out");
  }
  Schema result =
      std::move(b).finish([tied_head](std::string_view name) { return map_name(name, tied_head); });
  result.through_f16 = true;
  result.config =
      shown.is_null() ? corrected_config(json, text_context_key(config), d.text_context) : shown;
  return result;
}

bool config_matches(const Json& config) {
  for (const char* key : {"n_mels", "n_audio_state", "n_audio_layer", "n_vocab", "n_text_state"}) {
    if (config.find(key) == nullptr) return false;
  }
  return true;
}

bool tensors_match(const SourceView& source) {
  // Both layouts' first decoder block, with the cross attention that other encoders lack.
  return source.has_prefix("decoder.blocks.0.cross_attn.query.") ||
         source.has_prefix("model_state_dict.decoder.blocks.0.cross_attn.query.") ||
         source.has("model.decoder.layers.0.encoder_attn.q_proj.weight");
}

}  // namespace decibit::whisper
