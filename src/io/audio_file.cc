// SPDX-License-Identifier: Apache-2.0
#include "io/audio_file.h"

namespace decibit {

Result<AudioWriter> AudioWriter::create(const std::filesystem::path& path,
                                        const AudioEncoding& encoding, bool replace) {
  OutputFile file = TRY(OutputFile::create(path, replace));
  AudioEncoder encoder =
      TRY(AudioEncoder::create(encoding, {file.descriptor(), file.seekable(), path.string()}));
  return AudioWriter(std::move(file), std::move(encoder));
}

Status AudioWriter::finish() {
  TRY(encoder_.finish());
  return file_.commit();
}

Result<std::string> AudioWriter::keep_fragment() {
  TRY(encoder_.finish());
  return TRY(file_.keep_fragment()).string();
}

}  // namespace decibit
