// SPDX-License-Identifier: Apache-2.0
// The vocoder (iSTFTNet): features at 80 Hz are upsampled in stages to 4800 Hz, where each row is a
// frame of a short-time spectrum, whose inverse transform is the sound at 24 kHz. The spectrum of
// the harmonic source enters at every stage.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dsp/stft.h"
#include "models/styletts2/harmonic_source.h"
#include "models/styletts2/modules.h"
#include "models/styletts2/snake_block.h"
#include "models/styletts2/stages.h"
#include "nn/conv1d.h"
#include "nn/conv_transpose1d.h"

namespace decibit::styletts2 {

class Generator {
 public:
  static Generator bind(WeightBinder& binder, const Dims& dims, AlphaName alpha);

  /// Samples for each row of features (half a frame): 300.
  std::int64_t samples_per_row() const { return samples_per_row_; }
  /// audio [x.count * samples_per_row()] from features x [2 * F, channels] and f0 [2 * F, 1].
  void forward(const Context& context, ConstRows x, ConstRows f0, std::span<const float> style,
               const SourceNoise& noise, const Overrides& overrides, std::span<float> audio) const;

 private:
  struct Stage {
    ConvTranspose1d up;
    Conv1d noise_conv;
    SnakeBlock noise_block;
    std::vector<SnakeBlock> blocks;
  };
  explicit Generator(const GeneratorDims& dims);

  /// features [frames, fft_size + 2]: magnitudes, then phases, of the source.
  void source_spectrum(const Context& context, ConstRows f0, const SourceNoise& noise,
                       const Overrides& overrides, Rows features) const;
  void run_stage(const Context& context, const Stage& stage, bool last, ConstRows x,
                 ConstRows source, std::span<const float> style, const Overrides& overrides,
                 Rows y) const;
  void synthesize(const Context& context, Rows spectrum, const Overrides& overrides,
                  std::span<float> audio) const;

  Stft stft_;
  std::int64_t samples_per_row_;
  HarmonicSource source_;
  std::vector<Stage> stages_;
  NormedConv post_;
};

}  // namespace decibit::styletts2
