// SPDX-License-Identifier: Apache-2.0
#include "io/sample_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace decibit {
namespace {

constexpr float kLargest = 1e6f;

bool is_sound(float sample) { return std::abs(sample) <= kLargest; }  // no NaN is

}  // namespace

Status check_samples(std::span<const float> samples, int channels, std::uint64_t first_frame,
                     int sample_rate_hz, std::string_view name) {
  const auto odd = std::ranges::find_if_not(samples, is_sound);
  if (odd == samples.end()) return {};
  const auto at = static_cast<std::uint64_t>(odd - samples.begin());
  const auto width = static_cast<std::uint64_t>(channels);
  const std::uint64_t frame = first_frame + at / width;
  const std::string channel = channels == 1 ? "" : fmt::format(" of channel {}", at % width + 1);
  return fail(ErrorCode::kBadInput,
              fmt::format("{}: sample {}{}, at {:.3f} s, is {}; full scale is 1", name, frame,
                          channel, static_cast<double>(frame) / sample_rate_hz, *odd),
              "the file is damaged, or its samples are of another type than it says");
}

}  // namespace decibit
