// SPDX-License-Identifier: Apache-2.0
#include "transcription/writers/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace decibit::transcription {

std::int64_t to_milliseconds(double seconds) {
  return std::max<std::int64_t>(std::llrint(seconds * 1000.0), 0);
}

std::string clock_text(double seconds, bool always_hours, char before_milliseconds) {
  const std::int64_t ms = to_milliseconds(seconds);
  const std::int64_t hours = ms / 3'600'000;
  std::string text = always_hours || hours > 0 ? fmt::format("{:02}:", hours) : std::string();
  return text + fmt::format("{:02}:{:02}{}{:03}", ms / 60'000 % 60, ms / 1000 % 60,
                            before_milliseconds, ms % 1000);
}

}  // namespace decibit::transcription
