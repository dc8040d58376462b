// SPDX-License-Identifier: Apache-2.0
// A Whisper that transcribes nonsense: two layers of random weights, with the vocabulary, the
// window and the text context of the real multilingual ones.
#pragma once

#include <filesystem>

namespace decibit::testing {

/// Its folder, made once for each process, in the layout and the names of transformers.
const std::filesystem::path& random_whisper();

/// A WAV of 16 kHz with a voice's range of tones that come and go, or digital silence.
void write_tones(const std::filesystem::path& file, double seconds);
void write_silence_file(const std::filesystem::path& file, double seconds);

}  // namespace decibit::testing
