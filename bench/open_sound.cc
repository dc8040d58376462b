// SPDX-License-Identifier: Apache-2.0
#include "open_sound.h"

#include <utility>

#include "decibit/transcribe.h"
#include "io/audio_reader.h"

namespace decibit {

Result<std::unique_ptr<SampleSource>> open_sound(const std::string& path, Reporter& reporter) {
  auto bytes = TRY(open_file(path));
  auto decoder = TRY(open_audio(bytes, reporter));
  auto reader = TRY(AudioReader::create(std::move(decoder), kTranscriptionRateHz, path, reporter));
  return std::unique_ptr<SampleSource>(std::move(reader));
}

}  // namespace decibit
