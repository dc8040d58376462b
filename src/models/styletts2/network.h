// SPDX-License-Identifier: Apache-2.0
// The network of Kokoro and KittenTTS, from phoneme ids and a voice's style to sound.
#pragma once

#include <cstdint>
#include <span>

#include "models/styletts2/albert.h"
#include "models/styletts2/decoder.h"
#include "models/styletts2/generator.h"
#include "models/styletts2/prosody.h"
#include "models/styletts2/stages.h"
#include "models/styletts2/text_encoder.h"
#include "nn/linear.h"

namespace decibit::styletts2 {

struct Utterance {
  std::span<const std::int32_t> ids;  // with the boundary tokens; at most max_tokens()
  std::span<const float> style;       // [2 * style]: the decoder's half, the predictor's half
  float speed = 1;                    // durations are divided by it; > 0
  bool scale_boundaries = true;       // false: not those of the first and last token
  SourceNoise noise = {};
};

class Network {
 public:
  static Network bind(WeightBinder& binder, const Dims& dims, const DecoderDims& decoder,
                      AlphaName alpha);

  std::int64_t max_tokens() const { return bert_.positions(); }
  std::int64_t style_size() const { return 2 * style_; }

  /// One pass. It uses the context's workspace until it ends, and its parts must be called in this
  /// order; `utterance`, `context` and `overrides` outlive it.
  class Pass {
   public:
    /// Text to durations.
    Pass(const Network& network, const Context& context, const Utterance& utterance,
         const Overrides& overrides);
    /// Frames of each token: 1 at least, 40 frames a second.
    std::span<const std::int32_t> durations() const { return durations_; }
    /// False when they are guesses, because the weights or the style gave no numbers (NaN).
    bool has_durations() const { return has_durations_; }
    std::int64_t samples() const;
    /// audio [samples()], in [-1, 1] but for rare peaks.
    void vocode(std::span<float> audio) const;

   private:
    void predict_durations();

    const Network& network_;
    const Context& context_;
    const Utterance& utterance_;
    const Overrides& overrides_;
    Workspace::Frame frame_;
    std::span<const float> decoder_style_, predictor_style_;
    Rows features_;  // of tokens, for prosody [T, predictor width]
    std::span<std::int32_t> durations_;
    std::int64_t frames_ = 0;
    bool has_durations_ = true;
  };

 private:
  std::int64_t style_ = 0, hidden_ = 0;
  Albert bert_;
  Linear bert_encoder_;
  Predictor predictor_;
  TextEncoder text_encoder_;
  Decoder decoder_;
  std::optional<Generator> generator_;  // always set; it has no empty state
};

}  // namespace decibit::styletts2
