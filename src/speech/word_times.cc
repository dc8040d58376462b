// SPDX-License-Identifier: Apache-2.0
#include "speech/word_times.h"

#include <algorithm>

#include "core/check.h"
#include "models/kokoro/synthesizer.h"

namespace decibit::speech {
namespace {

constexpr std::int64_t kLeadFrames = 3;
constexpr double kHalfFrames = 2 * kokoro::Synthesizer::kFramesPerSecond;  // a second

}  // namespace

std::vector<SpokenWord> word_times(const ReadChunk& chunk,
                                   std::span<const std::int32_t> durations) {
  const std::size_t symbols = chunk.phonemes.size();
  DECIBIT_CHECK(durations.size() == symbols + 2);
  const auto space_at = [&](std::size_t i) {
    return i < symbols && chunk.phonemes[i] == U' ' ? durations[i + 1] : 0;
  };
  std::vector<SpokenWord> words;
  // In half frames: where symbol `at` begins.
  std::int64_t begin = 2 * (durations[0] - std::min<std::int64_t>(kLeadFrames, durations[0]));
  std::size_t at = 0;
  for (const ChunkWord& part : chunk.words) {
    for (; at < part.first; ++at) begin += 2 * std::int64_t{durations[at + 1]};
    const std::int64_t start = begin - (part.first > 0 ? space_at(part.first - 1) : 0);
    for (; at < part.end; ++at) begin += 2 * std::int64_t{durations[at + 1]};
    const std::int64_t end = begin + space_at(part.end);
    words.push_back({part.word.text, static_cast<double>(start) / kHalfFrames,
                     static_cast<double>(end) / kHalfFrames, part.word.space_after,
                     part.word.guessed});
  }
  return words;
}

}  // namespace decibit::speech
