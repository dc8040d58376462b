// SPDX-License-Identifier: Apache-2.0
// Sound to files, by libsndfile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace decibit {

enum class AudioFormat : std::uint8_t { kWav, kFlac, kMp3, kOgg, kOpus };

/// "wav", "flac", "mp3", "ogg" (Vorbis), "opus" (in Ogg): also their extensions.
std::string_view name(AudioFormat format);
std::vector<std::string> audio_format_names();
std::optional<AudioFormat> audio_format_from_name(std::string_view name);

/// Mono. 16 bits in WAV and FLAC; samples beyond [-1, 1] are clipped. The file gets its name when
/// it is finished; until then it is PATH.partial, which the destructor removes.
class AudioWriter {
 public:
  /// kNotFound when `path` exists and may not be replaced, or its folder is missing; kDenied
  /// when another process writes it; kUsage when it is a folder.
  static Result<AudioWriter> create(const std::filesystem::path& path, AudioFormat format,
                                    int sample_rate_hz, bool replace);
  AudioWriter(AudioWriter&&) noexcept;
  AudioWriter& operator=(AudioWriter&&) = delete;
  ~AudioWriter();

  Status write(std::span<const float> samples);
  Status finish();

 private:
  AudioWriter();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace decibit
