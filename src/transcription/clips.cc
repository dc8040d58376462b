// SPDX-License-Identifier: Apache-2.0
#include "transcription/clips.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace decibit::transcription {
namespace {

constexpr double kLongest = 1e9;  // seconds; more do not fit anywhere

Status check(std::span<const double> seconds, std::int64_t frames) {
  const double length = static_cast<double>(frames) / kFramesPerSecond;
  double before = 0;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const double time = seconds[i];
    if (!(time >= 0 && time <= kLongest))
      return fail(ErrorCode::kUsage, fmt::format("{} is no time to clip at", time));
    if (time < before)
      return fail(ErrorCode::kUsage,
                  fmt::format("the times of clips fall: {} s comes after {} s", time, before),
                  "start,end,start,end,... in seconds");
    before = time;
    const bool is_start = i % 2 == 0;
    if (is_start && time > 0 &&
        std::nearbyint(time * kFramesPerSecond) >= static_cast<double>(frames))
      return fail(
          ErrorCode::kUsage,
          fmt::format("a clip starts at {} s, but the audio is {:.2f} s long", time, length));
  }
  return {};
}

}  // namespace

Result<std::vector<Clip>> clips(std::span<const double> seconds, std::int64_t frames) {
  TRY(check(seconds, frames));
  const auto frame = [&](std::size_t i) {
    // Half to even, as Python rounds.
    const auto at = static_cast<std::int64_t>(std::nearbyint(seconds[i] * kFramesPerSecond));
    return std::min(at, frames);
  };
  std::vector<Clip> found;
  for (std::size_t i = 0; i < seconds.size(); i += 2)
    found.push_back({frame(i), i + 1 < seconds.size() ? frame(i + 1) : frames});
  if (found.empty()) found.push_back({0, frames});
  return found;
}

}  // namespace decibit::transcription
