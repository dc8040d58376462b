// SPDX-License-Identifier: Apache-2.0
#include "io/audio_sink.h"

#include <algorithm>
#include <array>

namespace decibit {

Status write_silence(AudioSink& sink, std::uint64_t count) {
  static constexpr std::array<float, 4096> kSilence{};
  while (count > 0) {
    const std::size_t some =
        static_cast<std::size_t>(std::min<std::uint64_t>(count, kSilence.size()));
    TRY(sink.write(std::span(kSilence).first(some)));
    count -= some;
  }
  return {};
}

}  // namespace decibit
