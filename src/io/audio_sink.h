// SPDX-License-Identifier: Apache-2.0
// Where speech goes: one file, a stream, or a file for each paragraph.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/result.h"

namespace decibit {

/// After an error only the destructor may be called, which leaves nothing unfinished behind.
class AudioSink {
 public:
  AudioSink() = default;
  AudioSink(AudioSink&&) = default;
  AudioSink& operator=(AudioSink&&) = delete;
  virtual ~AudioSink() = default;

  /// Finite samples of the source's rate; those beyond [-1, 1] are clipped. kBrokenPipe when the
  /// reader of a stream left (and SIGPIPE does not end the process), kResources on a full disk.
  virtual Status write(std::span<const float> samples) = 0;
  /// Between two paragraphs of the text.
  virtual Status end_paragraph() = 0;
  /// All was written: files get their names.
  virtual Status finish() = 0;
  /// In place of finish() when the user stopped: what was written becomes a whole file too, which
  /// takes no older file's place; of a file for each paragraph, the whole ones stay. Returns where
  /// it is, for a message; empty if nothing is left.
  virtual Result<std::string> keep_fragment() = 0;
  /// Samples that were clipped so far.
  virtual std::uint64_t clipped() const = 0;
};

/// `count` samples of silence, in constant memory.
Status write_silence(AudioSink& sink, std::uint64_t count);

}  // namespace decibit
