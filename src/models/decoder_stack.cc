// SPDX-License-Identifier: Apache-2.0
// mlx_audio/lm/models/{llama,qwen2,qwen3}.py: TransformerBlock, and the copies of it in qwen3_asr
// and qwen3_tts.
#include "models/decoder_stack.h"

namespace decibit {
namespace {

/// A count or width: required when there is no default.
std::int64_t member(ConfigReader& config, std::string_view key, std::int64_t fallback,
                    std::int64_t max) {
  return fallback == 0 ? config.integer(key, 1, max) : config.integer_or(key, fallback, 1, max);
}

void add_attention(SchemaBuilder& b, const std::string& path, const DecoderStack& s) {
  b.linear(path + ".q_proj", s.heads * s.head_dim, s.hidden, s.qkv_bias);
  b.linear(path + ".k_proj", s.kv_heads * s.head_dim, s.hidden, s.qkv_bias);
  b.linear(path + ".v_proj", s.kv_heads * s.head_dim, s.hidden, s.qkv_bias).stack.sensitive = true;
  b.linear(path + ".o_proj", s.hidden, s.heads * s.head_dim, s.output_bias);
  if (!s.qk_norm) return;
  b.rms_norm(path + ".q_norm", s.head_dim);
  b.rms_norm(path + ".k_norm", s.head_dim);
}

void add_mlp(SchemaBuilder& b, const std::string& path, const DecoderStack& s) {
  b.linear(path + ".gate_proj", s.ffn, s.hidden, s.mlp_bias);
  if (!s.down_second) b.linear(path + ".up_proj", s.ffn, s.hidden, s.mlp_bias);
  b.linear(path + ".down_proj", s.hidden, s.ffn, s.mlp_bias).stack.sensitive = true;
  if (s.down_second) b.linear(path + ".up_proj", s.ffn, s.hidden, s.mlp_bias);
}

}  // namespace

DecoderStack read_decoder_stack(ConfigReader& config, const DecoderStack& defaults) {
  DecoderStack s = defaults;
  s.hidden = member(config, "hidden_size", defaults.hidden, ConfigReader::kMaxWidth);
  s.ffn = member(config, "intermediate_size", defaults.ffn, ConfigReader::kMaxWidth);
  s.layers = member(config, "num_hidden_layers", defaults.layers, ConfigReader::kMaxCount);
  s.heads = member(config, "num_attention_heads", defaults.heads, ConfigReader::kMaxCount);
  s.kv_heads = member(config, "num_key_value_heads", defaults.kv_heads, ConfigReader::kMaxCount);
  s.head_dim = member(config, "head_dim", defaults.head_dim, ConfigReader::kMaxWidth);
  return s;
}

void add_decoder_layers(SchemaBuilder& builder, const std::string& prefix,
                        const DecoderStack& stack) {
  for (std::int64_t i = 0; i < stack.layers; ++i) {
    builder.layer(i, stack.layers);
    const std::string layer = prefix + "." + std::to_string(i);
    add_attention(builder, layer + ".self_attn", stack);
    add_mlp(builder, layer + ".mlp", stack);
    builder.rms_norm(layer + ".input_layernorm", stack.hidden);
    builder.rms_norm(layer + ".post_attention_layernorm", stack.hidden);
  }
  builder.no_layer();
}

void add_language_model(SchemaBuilder& builder, const std::string& root,
                        const LanguageModel& model) {
  builder.component("language_model");
  builder.embedding(root + "model.embed_tokens", model.vocabulary, model.stack.hidden);
  add_decoder_layers(builder, root + "model.layers", model.stack);
  builder.rms_norm(root + "model.norm", model.stack.hidden);
  if (model.head_rows == 0) return;
  builder.component("lm_head");
  builder.linear(root + "lm_head", model.head_rows, model.stack.hidden, Bias::kNo).output_head =
      true;
}

Mapped map_language_model(std::string_view name, std::string_view root, bool tied) {
  Mapped mapped = keep_name(name);
  const bool is_head = name.starts_with(root) && name.substr(root.size()) == "lm_head.weight";
  if (tied && is_head) mapped.op = Mapped::Op::kDrop;
  return mapped;
}

}  // namespace decibit
