// SPDX-License-Identifier: Apache-2.0
// Sound to one file.
#pragma once

#include <filesystem>

#include "io/audio_encoder.h"
#include "io/audio_format.h"
#include "io/audio_sink.h"
#include "io/output_file.h"

namespace decibit {

/// The file gets its name when it is finished (see OutputFile). Into a named pipe or a device the
/// sound goes as in AudioStream.
class AudioWriter : public AudioSink {
 public:
  /// The errors of OutputFile::create and AudioEncoder::create.
  static Result<AudioWriter> create(const std::filesystem::path& path,
                                    const AudioEncoding& encoding, bool replace);

  Status write(std::span<const float> samples) override { return encoder_.write(samples); }
  Status end_paragraph() override { return {}; }
  Status finish() override;
  Result<std::string> keep_fragment() override;
  std::uint64_t clipped() const override { return encoder_.clipped(); }

 private:
  AudioWriter(OutputFile file, AudioEncoder encoder)
      : file_(std::move(file)), encoder_(std::move(encoder)) {}

  OutputFile file_;
  AudioEncoder encoder_;  // writes into the file until it is destroyed
};

}  // namespace decibit
