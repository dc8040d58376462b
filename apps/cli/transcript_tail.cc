// SPDX-License-Identifier: Apache-2.0
// A value of the spectrogram is (log10(power) + 4) / 4: 1 is 40 dB. Digital silence is -1.5.
#include "cli/transcript_tail.h"

#include <algorithm>

namespace decibit::cli {
namespace {

constexpr float kRange = 1;            // 40 dB
constexpr float kSilence = -1.25f;     // 10 dB above digital silence
constexpr std::int64_t kBlock = 1000;  // frames

float peak(ConstRows mel, std::int64_t frame) {
  const float* row = mel.row(frame);
  return *std::max_element(row, row + mel.width);
}

}  // namespace

Status WatchedMel::read(std::int64_t first, std::int64_t count, Rows out) {
  TRY(source_.read(first, count, out));
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = peak(out, i);
    loudest_ = any_ ? std::max(loudest_, value) : value;
    any_ = true;
  }
  return {};
}

Result<double> WatchedMel::loud_seconds(std::int64_t first, std::int64_t end) {
  std::vector<float> memory(static_cast<std::size_t>(kBlock * mels_));
  const Rows block = {memory.data(), kBlock, mels_, mels_};
  std::int64_t loud = 0;
  for (; first < end; first += kBlock) {
    const std::int64_t count = std::min(kBlock, end - first);
    TRY(read(first, count, block.rows(0, count)));
    for (std::int64_t i = 0; i < count; ++i)
      if (peak(block, i) > std::max(loudest_ - kRange, kSilence)) ++loud;
  }
  return static_cast<double>(loud) / 100;
}

}  // namespace decibit::cli
