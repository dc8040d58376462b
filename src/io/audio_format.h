// SPDX-License-Identifier: Apache-2.0
// The formats that sound is written in, and the sample rates each of them has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace decibit {

enum class AudioFormat : std::uint8_t { kWav, kFlac, kMp3, kOgg, kOpus, kPcm };

/// "wav", "flac", "mp3", "ogg" (Vorbis), "opus" (in Ogg), "pcm" (16-bit little-endian samples and
/// nothing else): also their extensions.
std::string_view name(AudioFormat format);
std::vector<std::string> audio_format_names();
std::optional<AudioFormat> audio_format_from_name(std::string_view name);

/// kUsage, with the rates that `format` has, for one that it has not.
Status check_sample_rate(AudioFormat format, int sample_rate_hz);

/// How samples of `source_rate_hz` become a file or a stream at `sample_rate_hz`.
struct AudioEncoding {
  AudioFormat format = AudioFormat::kWav;
  int sample_rate_hz = 0;
  int source_rate_hz = 0;
};

}  // namespace decibit
