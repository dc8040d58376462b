// SPDX-License-Identifier: Apache-2.0
#include "io/channel_choice.h"

#include <algorithm>
#include <numeric>

#include "core/check.h"

namespace decibit {
namespace {

constexpr double kMuchQuieter = 0.01;  // 20 dB: hum, hiss or crosstalk beside speech
constexpr double kCancels = 0.1;       // 10 dB
// Power of 16-bit dither: below it nothing was recorded.
constexpr double kSilence = 1e-10;

}  // namespace

ChannelLoudness::ChannelLoudness(int channels) : channels_(static_cast<std::size_t>(channels)) {}

void ChannelLoudness::add(std::span<const float> frames) {
  const std::size_t width = channels_.size();
  DECIBIT_CHECK(frames.size() % width == 0);
  for (std::size_t at = 0; at < frames.size(); at += width) {
    double sum = 0;
    for (std::size_t c = 0; c < width; ++c) {
      const double x = frames[at + c];
      channels_[c].add(x);
      sum += x;
    }
    mean_.add(sum / static_cast<double>(width));
  }
  frames_ += frames.size() / width;
}

ChannelChoice ChannelLoudness::choose() const {
  if (channels_.size() < 2 || frames_ == 0) return {};
  const auto count = static_cast<double>(frames_);
  std::vector<double> powers;
  powers.reserve(channels_.size());
  for (const Power& channel : channels_) powers.push_back(channel.mean(count));
  const auto loudest = std::ranges::max_element(powers);
  const double all = std::accumulate(powers.begin(), powers.end(), 0.0);
  if (*loudest < kSilence) return {};
  const int channel = static_cast<int>(loudest - powers.begin());
  if (all - *loudest < kMuchQuieter * *loudest)
    return {channel, "the others are silent or far quieter"};
  const double width = static_cast<double>(powers.size());
  if (mean_.mean(count) < kCancels * all / (width * width))
    return {channel, "the channels cancel each other when they are mixed"};
  return {};
}

void mix(std::span<const float> frames, const ChannelChoice& choice, std::span<float> out) {
  if (out.empty()) return;
  const std::size_t width = frames.size() / out.size();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto frame = frames.subspan(i * width, width);
    if (choice.channel) {
      out[i] = frame[static_cast<std::size_t>(*choice.channel)];
    } else {
      const float sum = std::accumulate(frame.begin(), frame.end(), 0.0f);
      out[i] = sum / static_cast<float>(width);
    }
  }
}

}  // namespace decibit
