// SPDX-License-Identifier: Apache-2.0
// Samples in, bytes of a file or a stream out; the codecs are libsndfile's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "io/audio_format.h"

namespace decibit {

/// kUsage when `descriptor` is a terminal, which sound is not for; `name` is what messages call it.
Status refuse_terminal(int descriptor, std::string_view name);

/// Mono. 16 bits in WAV, FLAC and PCM; in all formats samples beyond [-1, 1] are clipped. Nothing
/// is written before the first samples, or finish(), come; then bytes are written at once, as far
/// as the codec has them: FLAC holds back up to 4096 samples, MP3 and Opus 0.1 s, Vorbis about a
/// second.
class AudioEncoder {
 public:
  struct Target {
    int descriptor = -1;    // not owned; stays open
    bool seekable = false;  // a new file: headers tell the length; else they leave it open
    std::string name;       // in messages
  };
  /// kUsage for a terminal and for a sample rate that the format has not; else the errors of
  /// write_all.
  static Result<AudioEncoder> create(const AudioEncoding& encoding, Target target);
  AudioEncoder(AudioEncoder&&) noexcept;
  AudioEncoder& operator=(AudioEncoder&&) = delete;
  ~AudioEncoder();

  /// Finite samples of the source's rate.
  Status write(std::span<const float> samples);
  /// Writes what was held back, and the lengths in the headers.
  Status finish();
  /// Samples that were beyond [-1, 1], at the file's rate.
  std::uint64_t clipped() const;

 private:
  AudioEncoder();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace decibit
