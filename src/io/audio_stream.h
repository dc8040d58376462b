// SPDX-License-Identifier: Apache-2.0
// Sound to a pipe, or whatever else is open and takes bytes in their order.
#pragma once

#include <string>

#include "io/audio_encoder.h"
#include "io/audio_format.h"
#include "io/audio_sink.h"

namespace decibit {

/// All formats can be streamed: headers leave the length open (WAV: 0xFFFFFFFF), and a player gets
/// what the codec has after each write().
class AudioStream : public AudioSink {
 public:
  /// Borrows `descriptor`, which stays open; `name` is what messages call it. kUsage when it is a
  /// terminal, or the format has not the rate.
  static Result<AudioStream> create(int descriptor, const std::string& name,
                                    const AudioEncoding& encoding);

  Status write(std::span<const float> samples) override { return encoder_.write(samples); }
  Status end_paragraph() override { return {}; }
  Status finish() override { return encoder_.finish(); }
  Result<std::string> keep_fragment() override;
  std::uint64_t clipped() const override { return encoder_.clipped(); }

 private:
  AudioStream(AudioEncoder encoder, std::string name)
      : encoder_(std::move(encoder)), name_(std::move(name)) {}

  AudioEncoder encoder_;
  std::string name_;
};

}  // namespace decibit
