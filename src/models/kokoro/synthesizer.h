// SPDX-License-Identifier: Apache-2.0
// Speech from phonemes, chunk by chunk. The same samples for any number of threads, whether the
// chunks go to a file or a stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/function_ref.h"
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

struct Chunk {
  std::size_t index, count;  // of all chunks of the text
  std::u32string_view phonemes;
  std::span<const float> audio;             // at Model::kSampleRateHz
  std::span<const std::int32_t> durations;  // of the boundary, the known phonemes, the boundary
};

/// One for each thread that speaks; model and engine may be shared.
class Synthesizer {
 public:
  Synthesizer(const Model& model, Engine& engine, Compute compute)
      : model_(model), context_{engine.kernels(), engine.pool(), workspace_, compute} {}

  /// Speaks `phonemes` cut as split_phonemes() does, and hands over each chunk; false from
  /// `on_chunk` ends it. Symbols that the model does not know are left out, as Vocabulary::encode
  /// tells beforehand.
  void generate(std::u32string_view phonemes, const Voice& voice, const SpeakOptions& options,
                FunctionRef<bool(const Chunk&)> on_chunk);

 private:
  const Model& model_;
  Workspace workspace_;
  Context context_;
};

}  // namespace decibit::kokoro
