// SPDX-License-Identifier: Apache-2.0
// From the log-mel spectrogram of a window to features of the audio, 50 a second:
//   gelu(conv1(mel)) -> gelu(conv2, stride 2) + sinusoids -> blocks -> LN
// The residual stream is F32: in large models it passes 1000, where F16 is coarse.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/whisper/blocks.h"
#include "models/whisper/dims.h"
#include "models/whisper/probe.h"
#include "nn/binder.h"
#include "nn/conv1d.h"

namespace decibit::whisper {

class Encoder {
 public:
  static Encoder bind(WeightBinder& binder, const Dims& dims);

  /// mel [2 * audio_context, mels]; features [audio_context, width].
  void forward(const Context& context, ConstRows mel, Rows features, const Probe& probe) const;

 private:
  struct Block {
    AttentionLayer attention;
    Mlp mlp;
  };
  void attend_add(const Context& context, const AttentionLayer& layer, Rows x) const;

  std::int64_t heads_ = 0;
  Conv1d conv1_, conv2_;
  std::span<const float> positions_;  // [audio_context, width]
  std::vector<Block> blocks_;
  LayerNorm norm_;
};

/// Positions of the encoder, [count, width]: sin(t / 10000^(i / (width/2 - 1))) for i < width/2,
/// then the cosines. t * frequency is rounded to float, as every reference has it; an exact phase
/// would be up to 6e-5 away from what the weights were trained with.
void sinusoids(std::int64_t count, std::int64_t width, std::span<float> out);

}  // namespace decibit::whisper
