// SPDX-License-Identifier: Apache-2.0
// The transformer of Whisper's encoder under transformers' names, which voxtral, qwen2_audio and
// qwen3_asr carry as `audio_tower`. mlx-audio quantizes none of it in these models.
#pragma once

#include <cstdint>
#include <string>

#include "models/schema_builder.h"

namespace decibit {

struct AudioTower {
  std::int64_t width = 0;
  std::int64_t ffn = 0;
  std::int64_t layers = 0;
  Bias key_bias = Bias::kNo;         // Whisper's k_proj has none, Qwen3-ASR's has one
  bool keys_before_queries = false;  // order of declaration: k, v, q, out (qwen2_audio)
};

/// Adds `layers` layers named `prefix`.0 and so on. What follows belongs to no layer.
void add_audio_tower_layers(SchemaBuilder& builder, const std::string& prefix,
                            const AudioTower& tower);

/// Marks every tensor below `prefix` ("audio_tower.") as one that mlx-audio's predicate leaves
/// dense.
void keep_dense(SchemaBuilder& builder, const std::string& prefix);

}  // namespace decibit
