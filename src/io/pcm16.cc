// SPDX-License-Identifier: Apache-2.0
#include "io/pcm16.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace decibit {

void to_pcm16(std::span<const float> samples, std::span<std::int16_t> out) {
  DECIBIT_CHECK(samples.size() == out.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const float scaled = std::isnan(samples[i]) ? 0.0f : samples[i] * 32768.0f;
    out[i] = static_cast<std::int16_t>(std::lrint(std::clamp(scaled, -32768.0f, 32767.0f)));
  }
}

}  // namespace decibit
