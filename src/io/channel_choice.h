// SPDX-License-Identifier: Apache-2.0
// How several channels become one: their mean, unless one of them alone has the sound.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace decibit {

struct ChannelChoice {
  std::optional<int> channel;    // counted from 0; none: the mean of all
  std::string_view reason = {};  // "the channels cancel each other", for people
};

/// Listens to a whole recording, then chooses.
class ChannelLoudness {
 public:
  explicit ChannelLoudness(int channels);
  /// Interleaved samples.
  void add(std::span<const float> frames);
  /// The loudest channel, where the others together are 20 dB below it, or where the mean is 10 dB
  /// below what it would be if the channels had nothing to do with each other: then they are of
  /// opposite phase.
  ChannelChoice choose() const;

 private:
  struct Power {  // of the deviation from the average: a constant is no sound
    double sum = 0, squares = 0;
    void add(double x) {
      sum += x;
      squares += x * x;
    }
    double mean(double count) const { return squares / count - sum / count * (sum / count); }
  };
  std::vector<Power> channels_;
  Power mean_;
  std::uint64_t frames_ = 0;
};

/// Frames of several channels to one, as chosen. out.size() frames.
void mix(std::span<const float> frames, const ChannelChoice& choice, std::span<float> out);

}  // namespace decibit
