// SPDX-License-Identifier: Apache-2.0
// Mistral's names: sanitize() in mlx_audio/stt/models/voxtral_realtime/voxtral_realtime.py.
// transformers': convert_voxtral_realtime_weights_to_hf.py, whose table is read backwards here.
//
// That script also sorts the rows of every q_proj and k_proj (weights and biases) from rotary pairs
// side by side to halves: with D rows a head and s in {0, 1}, row 2p + s becomes row s * D/2 + p.
#include "models/voxtral_realtime/names.h"

#include <string>

namespace decibit::voxtral_realtime {
namespace {

struct Rename {
  std::string_view from;
  std::string_view to;
};

constexpr std::string_view kModule = "mm_streams_embeddings.embedding_module.";

// After kModule.
constexpr Rename kMistralModule[] = {
    {"tok_embeddings.", "decoder.tok_embeddings."},
    {"whisper_encoder.conv_layers.0.conv.", "encoder.conv_layers_0_conv.conv."},
    {"whisper_encoder.conv_layers.1.conv.", "encoder.conv_layers_1_conv.conv."},
    {"whisper_encoder.transformer.layers.", "encoder.transformer_layers."},
    {"whisper_encoder.transformer.norm.", "encoder.transformer_norm."},
    {"audio_language_projection.0.", "encoder.audio_language_projection_0."},
    {"audio_language_projection.2.", "encoder.audio_language_projection_2."}};

constexpr Rename kMistralTop[] = {{"layers.", "decoder.layers."}, {"norm.", "decoder.norm."}};

constexpr Rename kMistralLeaf[] = {{"feed_forward.w1.", "feed_forward_w1."},
                                   {"feed_forward.w2.", "feed_forward_w2."},
                                   {"feed_forward.w3.", "feed_forward_w3."},
                                   {"ada_rms_norm_t_cond.0.", "ada_rms_norm_t_cond.ada_down."},
                                   {"ada_rms_norm_t_cond.2.", "ada_rms_norm_t_cond.ada_up."}};

// The published checkpoint nests the decoder as language_model.model; transformers 5 itself calls
// it language_model, and puts everything below model. first.
constexpr Rename kTransformers[] = {
    {"audio_tower.embedder.conv1.", "encoder.conv_layers_0_conv.conv."},
    {"audio_tower.embedder.conv2.", "encoder.conv_layers_1_conv.conv."},
    {"audio_tower.layers.", "encoder.transformer_layers."},
    {"audio_tower.norm.", "encoder.transformer_norm."},
    {"multi_modal_projector.linear_1.", "encoder.audio_language_projection_0."},
    {"multi_modal_projector.linear_2.", "encoder.audio_language_projection_2."},
    {"language_model.model.embed_tokens.", "decoder.tok_embeddings."},
    {"language_model.model.layers.", "decoder.layers."},
    {"language_model.model.norm.", "decoder.norm."},
    {"language_model.embed_tokens.", "decoder.tok_embeddings."},
    {"language_model.layers.", "decoder.layers."},
    {"language_model.norm.", "decoder.norm."}};

constexpr Rename kTransformersLeaf[] = {{"self_attn.q_proj.", "attention.wq."},
                                        {"self_attn.k_proj.", "attention.wk."},
                                        {"self_attn.v_proj.", "attention.wv."},
                                        {"self_attn.o_proj.", "attention.wo."},
                                        {"mlp.gate_proj.", "feed_forward_w1."},
                                        {"mlp.down_proj.", "feed_forward_w2."},
                                        {"mlp.up_proj.", "feed_forward_w3."},
                                        {"self_attn_layer_norm.", "attention_norm."},  // encoder
                                        {"final_layer_norm.", "ffn_norm."},
                                        {"input_layernorm.", "attention_norm."},  // decoder
                                        {"post_attention_layernorm.", "ffn_norm."},
                                        {"ada_rms_norm.linear1.", "ada_rms_norm_t_cond.ada_down."},
                                        {"ada_rms_norm.linear2.", "ada_rms_norm_t_cond.ada_up."}};

/// `name` with the first matching prefix replaced; empty when none matches.
template <std::size_t N>
std::string with_prefix_replaced(std::string_view name, const Rename (&table)[N]) {
  for (const Rename& row : table) {
    if (name.starts_with(row.from)) {
      return std::string(row.to).append(name.substr(row.from.size()));
    }
  }
  return {};
}

/// Renames what follows the layer number of "encoder.transformer_layers.N." or "decoder.layers.N.".
template <std::size_t N>
std::string with_leaf_replaced(const std::string& name, const Rename (&table)[N]) {
  for (const std::string_view stack : {"encoder.transformer_layers.", "decoder.layers."}) {
    if (!name.starts_with(stack)) continue;
    const std::size_t dot = name.find('.', stack.size());
    if (dot == std::string::npos) break;
    const std::string leaf = with_prefix_replaced(std::string_view(name).substr(dot + 1), table);
    if (!leaf.empty()) return name.substr(0, dot + 1) + leaf;
  }
  return name;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Mapped from_transformers(std::string_view name, const Heads& heads) {
  if (name.starts_with("model.")) name.remove_prefix(std::string_view("model.").size());
  // The head is the embedding.
  if (name == "lm_head.weight" || name == "language_model.lm_head.weight") {
    return {.name = std::string(name), .op = Mapped::Op::kDrop};
  }
  Mapped mapped{.name = with_prefix_replaced(name, kTransformers)};
  if (mapped.name.empty()) return mapped;
  mapped.name = with_leaf_replaced(mapped.name, kTransformersLeaf);
  const bool queries = contains(mapped.name, ".attention.wq.");
  if (!queries && !contains(mapped.name, ".attention.wk.")) return mapped;
  mapped.op = Mapped::Op::kUnpermute;
  if (mapped.name.starts_with("encoder.")) {
    mapped.heads = heads.encoder;
  } else {
    mapped.heads = queries ? heads.decoder_queries : heads.decoder_keys;
  }
  return mapped;
}

std::string from_mistral(std::string_view name) {
  const std::string renamed =
      name.starts_with(kModule) ? with_prefix_replaced(name.substr(kModule.size()), kMistralModule)
                                : with_prefix_replaced(name, kMistralTop);
  return with_leaf_replaced(renamed, kMistralLeaf);
}

}  // namespace

Mapped map_name(std::string_view name, const Heads& heads) {
  std::string mistral = from_mistral(name);
  if (!mistral.empty()) return {.name = std::move(mistral)};
  Mapped mapped = from_transformers(name, heads);
  if (!mapped.name.empty()) return mapped;
  return {.name = std::string(name)};
}

}  // namespace decibit::voxtral_realtime
