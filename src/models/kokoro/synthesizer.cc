// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/synthesizer.h"

#include <algorithm>

#include "models/kokoro/chunks.h"

namespace decibit::kokoro {

void Synthesizer::generate(std::u32string_view phonemes, const Voice& voice,
                           const SpeakOptions& options, FunctionRef<bool(const Chunk&)> on_chunk) {
  const auto positions = static_cast<std::size_t>(model_.network().max_tokens());
  const std::vector<std::u32string> chunks =
      split_phonemes(phonemes, std::min(kMostPhonemes, positions - 2));
  std::vector<float> audio;
  std::u32string unknown;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const std::vector<std::int32_t> ids = model_.vocabulary().encode(chunks[i], unknown);
    // The reference counts the symbols that the model drops, too.
    const styletts2::Utterance utterance = {
        .ids = ids,
        .style = voice.style(chunks[i].size()),
        .speed = options.speed,
        .scale_boundaries = options.scale_boundaries.value_or(options.speed >= 1),
        .noise = {.seed = options.seed, .chunk = i, .scale = options.noise}};
    const styletts2::Overrides none;
    const styletts2::Network::Pass pass(model_.network(), context_, utterance, none);
    audio.resize(static_cast<std::size_t>(pass.samples()));
    pass.vocode(audio);
    if (!on_chunk({i, chunks.size(), chunks[i], audio, pass.durations()})) return;
  }
}

}  // namespace decibit::kokoro
