// SPDX-License-Identifier: Apache-2.0
// From tokens and features of the audio to the logits of the next token:
//   x = embedding[token] + position -> blocks -> LN -> x E^T
// with E the embedding again. The decoder keeps weights only; who calls it keeps the keys and
// values, since texts, prompts and word times want theirs kept differently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/function_ref.h"
#include "models/whisper/blocks.h"
#include "models/whisper/dims.h"
#include "models/whisper/probe.h"
#include "nn/binder.h"
#include "nn/embedding.h"
#include "nn/kv_cache.h"

namespace decibit::whisper {

class Decoder {
 public:
  static Decoder bind(WeightBinder& binder, const Dims& dims);

  std::size_t layers() const { return blocks_.size(); }
  /// Of the attention to the text and of that to the audio.
  const AttentionShape& to_text() const { return to_text_; }
  const AttentionShape& to_audio() const { return to_audio_; }

  /// Keys and values that every layer has for the features of a window, [positions, width], into
  /// its cache.
  void listen(const Context& context, ConstRows features, std::span<KvCache> audio) const;

  /// Mixes what a layer's rows see of each other: q, k, v and mixed are [tokens, width].
  using AttendToText =
      FunctionRef<void(std::size_t layer, ConstRows q, ConstRows k, ConstRows v, Rows mixed)>;
  using AttendToAudio = FunctionRef<void(std::size_t layer, ConstRows q, Rows mixed)>;
  /// Tokens at positions of the text to x [tokens, width], as it leaves the last block.
  void forward(const Context& context, std::span<const std::int32_t> tokens,
               std::span<const std::int32_t> positions, AttendToText attend_to_text,
               AttendToAudio attend_to_audio, Rows x, const Probe& probe) const;

  /// What logits() wants of forward()'s rows; y may be x.
  void norm(const Context& context, ConstRows x, Rows y, const Probe& probe) const;
  /// The logits of tokens [first, first + y.width).
  void logits(const Context& context, ConstRows normed, std::int64_t first, Rows y) const;

 private:
  struct Block {
    AttentionLayer text, audio;
    Mlp mlp;
  };

  AttentionShape to_text_ = {}, to_audio_ = {};
  Embedding tokens_, positions_;
  std::vector<Block> blocks_;
  LayerNorm norm_;
};

}  // namespace decibit::whisper
