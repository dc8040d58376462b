// SPDX-License-Identifier: Apache-2.0
// Source of the Hugging Face names: mlx_audio/stt/models/whisper/whisper.py (Model.sanitize); of
// OpenAI's: whisper/model.py.
#include "models/whisper/names.h"

#include <array>
#include <string>
#include <utility>

namespace decibit::whisper {
namespace {

using Part = std::pair<std::string_view, std::string_view>;  // theirs, ours

// Every part has dots or a whole stem around it, so none can match within another. Hugging Face
// calls the norm before the MLP "final_layer_norm" and the last one of a stack "layer_norm".
constexpr std::array<Part, 20> kParts = {{
    {"decoder.embed_positions.weight", "decoder.positional_embedding"},
    {"decoder.embed_tokens.", "decoder.token_embedding."},
    {"encoder.layer_norm.", "encoder.ln_post."},
    {"decoder.layer_norm.", "decoder.ln."},
    {"coder.layers.", "coder.blocks."},
    {".self_attn_layer_norm.", ".attn_ln."},
    {".encoder_attn_layer_norm.", ".cross_attn_ln."},
    {".final_layer_norm.", ".mlp_ln."},
    {".self_attn.q_proj.", ".attn.query."},
    {".self_attn.k_proj.", ".attn.key."},
    {".self_attn.v_proj.", ".attn.value."},
    {".self_attn.out_proj.", ".attn.out."},
    {".encoder_attn.q_proj.", ".cross_attn.query."},
    {".encoder_attn.k_proj.", ".cross_attn.key."},
    {".encoder_attn.v_proj.", ".cross_attn.value."},
    {".encoder_attn.out_proj.", ".cross_attn.out."},
    {".fc1.", ".mlp1."},
    {".fc2.", ".mlp2."},
    {".mlp.0.", ".mlp1."},
    {".mlp.2.", ".mlp2."},
}};

// OpenAI's .pt keeps the weights below "model_state_dict", Hugging Face below "model".
constexpr std::array<std::string_view, 2> kRoots = {"model.", "model_state_dict."};

// Sinusoids are computed; alignment heads are no weights (MLX's examples keep them in the .npz).
constexpr std::array<std::string_view, 3> kDropped = {
    "encoder.embed_positions.weight", "encoder.positional_embedding", "alignment_heads"};

constexpr std::array<std::string_view, 4> kTextPositions = {
    "decoder.positional_embedding", "model.decoder.embed_positions.weight",
    "decoder.embed_positions.weight", "model_state_dict.decoder.positional_embedding"};

}  // namespace

Mapped map_name(std::string_view source_name, bool tied_head) {
  std::string name(source_name);
  for (const std::string_view root : kRoots) {
    if (name.compare(0, root.size(), root) == 0) name.erase(0, root.size());
  }
  for (const std::string_view dropped : kDropped) {
    if (name == dropped) return {.name = std::move(name), .op = Mapped::Op::kDrop};
  }
  if (tied_head && name == "proj_out.weight") {
    return {.name = std::move(name), .op = Mapped::Op::kDrop};
  }
  for (const auto& [theirs, ours] : kParts) {
    if (const std::size_t at = name.find(theirs); at != std::string::npos) {
      name.replace(at, theirs.size(), ours);
    }
  }
  return {.name = std::move(name)};
}

const SourceView::Item* text_positions(const SourceView& source) {
  for (const std::string_view name : kTextPositions) {
    if (const SourceView::Item* item = source.find(name)) return item;
  }
  return nullptr;
}

}  // namespace decibit::whisper
