// SPDX-License-Identifier: Apache-2.0
// The decoder of Llama, Qwen2 and Qwen3 under transformers' names, which several speech models
// carry as their language model: self_attn.{q,k,v,o}_proj, mlp.{gate,up,down}_proj and two RMS
// norms a layer. They differ in biases, in the norms of Qwen3's queries and keys, and in the order
// in which the modules are declared (it decides the order of the file and of config.json's layer
// list).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/config_reader.h"
#include "models/schema_builder.h"

namespace decibit {

struct DecoderStack {
  std::int64_t hidden = 0;
  std::int64_t ffn = 0;
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_dim = 0;
  Bias qkv_bias = Bias::kNo;
  Bias output_bias = Bias::kNo;  // of o_proj
  Bias mlp_bias = Bias::kNo;
  bool qk_norm = false;     // self_attn.{q,k}_norm over head_dim (Qwen3)
  bool down_second = true;  // the MLP declares gate, down, up (mlx-lm) or gate, up, down
};

/// Reads hidden_size, intermediate_size, num_hidden_layers, num_attention_heads,
/// num_key_value_heads and head_dim. A member that the config lacks takes the value of `defaults`;
/// where that is 0, the reader notes the member as missing.
DecoderStack read_decoder_stack(ConfigReader& config, const DecoderStack& defaults);

/// Adds `layers` layers named `prefix`.0 and so on ("model.layers"), each with its place in the
/// stack; v_proj and down_proj are the sensitive ones. What follows belongs to no layer.
void add_decoder_layers(SchemaBuilder& builder, const std::string& prefix,
                        const DecoderStack& stack);

struct LanguageModel {
  DecoderStack stack;
  std::int64_t vocabulary = 0;
  std::int64_t head_rows = 0;  // of lm_head; 0: tied, the embedding serves as the head
};

/// Adds the component "language_model", which is model.embed_tokens, model.layers and model.norm,
/// and unless it is tied the component "lm_head". `root` comes before all names
/// ("language_model."). Source: mlx_audio/lm/models (Model).
void add_language_model(SchemaBuilder& builder, const std::string& root,
                        const LanguageModel& model);

/// The name rule that goes with it. The head of a tied model is a copy of the embedding and not
/// read; every other name is kept.
Mapped map_language_model(std::string_view name, std::string_view root, bool tied);

}  // namespace decibit
