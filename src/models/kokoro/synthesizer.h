// SPDX-License-Identifier: Apache-2.0
// Speech from phonemes, one chunk (chunks.h) at a time. The same samples for any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/reporter.h"
#include "core/result.h"
#include "models/kokoro/model.h"
#include "nn/context.h"
#include "nn/engine.h"

namespace decibit::kokoro {

struct SpeakOptions {
  float speed = 1;  // of speech; > 0
  /// Divides the duration of the boundary tokens too, which below speed 1 stretches them to an
  /// audible vowel. None: for speeds of 1 and above.
  std::optional<bool> scale_boundaries;
  std::uint64_t seed = 0;
  float noise = 1;  // scale of the source's noise; 0: none
};

/// Valid until the next call.
struct Speech {
  std::span<const float> audio;  // at Model::kSampleRateHz
  /// In frames, 40 a second: of the boundary, each phoneme (0 for what the model does not know),
  /// the boundary. They add up to the audio.
  std::span<const std::int32_t> durations;
};

/// One for each thread that speaks; model and engine may be shared.
class Synthesizer {
 public:
  static constexpr int kFramesPerSecond = 40;
  /// Of one chunk: a pass needs 11 MB of memory for a second of sound (docs/kokoro.md). Ordinary
  /// text is cut far below.
  static constexpr int kLongestSeconds = 120;

  Synthesizer(const Model& model, Engine& engine, Compute compute)
      : model_(model), engine_(engine), compute_(compute) {}

  /// Speaks one chunk, of which the model knows at least one symbol and that is no longer than
  /// ChunkSizes::most. `index` is its number in the text, for the noise. kInterrupted soon after
  /// `reporter` is cancelled; kResources for a chunk of more than kLongestSeconds; kBadInput when
  /// weights or voice are damaged, so that the sound is not finite.
  Result<Speech> speak(std::u32string_view phonemes, std::size_t index, const Voice& voice,
                       const SpeakOptions& options, const Reporter& reporter);

  const Model& model() const { return model_; }
  /// Memory of the longest pass so far.
  std::size_t workspace_bytes() const { return workspace_.peak_bytes(); }

 private:
  const Model& model_;
  Engine& engine_;
  Compute compute_;
  Workspace workspace_;
  std::vector<float> audio_;
  std::vector<std::int32_t> durations_;
};

}  // namespace decibit::kokoro
