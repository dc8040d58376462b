// SPDX-License-Identifier: Apache-2.0
#include "io/audio_stream.h"

namespace decibit {

Result<AudioStream> AudioStream::create(int descriptor, const std::string& name,
                                        const AudioEncoding& encoding) {
  AudioEncoder encoder = TRY(AudioEncoder::create(encoding, {descriptor, false, name}));
  return AudioStream(std::move(encoder), name);
}

Result<std::string> AudioStream::keep_fragment() {
  TRY(finish());
  return name_;
}

}  // namespace decibit
