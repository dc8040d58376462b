// SPDX-License-Identifier: Apache-2.0
// VoxtralEncoderLayer, Qwen2AudioEncoderLayer and AudioEncoderLayer of mlx_audio/stt/models.
#include "models/audio_tower.h"

namespace decibit {
namespace {

void add_attention(SchemaBuilder& b, const std::string& path, const AudioTower& t) {
  const auto query = [&] { b.linear(path + ".q_proj", t.width, t.width); };
  if (!t.keys_before_queries) query();
  b.linear(path + ".k_proj", t.width, t.width, t.key_bias);
  b.linear(path + ".v_proj", t.width, t.width).stack.sensitive = true;
  if (t.keys_before_queries) query();
  b.linear(path + ".out_proj", t.width, t.width);
}

}  // namespace

void add_audio_tower_layers(SchemaBuilder& builder, const std::string& prefix,
                            const AudioTower& tower) {
  for (std::int64_t i = 0; i < tower.layers; ++i) {
    builder.layer(i, tower.layers);
    const std::string layer = prefix + "." + std::to_string(i);
    add_attention(builder, layer + ".self_attn", tower);
    builder.norm(layer + ".self_attn_layer_norm", tower.width);
    builder.linear(layer + ".fc1", tower.ffn, tower.width);
    builder.linear(layer + ".fc2", tower.width, tower.ffn).stack.sensitive = true;
    builder.norm(layer + ".final_layer_norm", tower.width);
  }
  builder.no_layer();
}

void keep_dense(SchemaBuilder& builder, const std::string& prefix) {
  for (TensorSpec& spec : builder.tensors()) {
    if (spec.name.starts_with(prefix)) spec.quantizable = false;
  }
}

}  // namespace decibit
