// SPDX-License-Identifier: Apache-2.0
// Sound files that libsndfile reads: WAV, AIFF, AU, CAF, W64, FLAC, Ogg (Vorbis, Opus, FLAC), MP3
// and some that nobody uses any more, told apart by content.
#pragma once

#include <memory>

#include "io/audio_decoder.h"
#include "io/byte_source.h"
#include "io/wav_reader.h"

namespace decibit {

/// kBadInput with libsndfile's reason when it does not know the content; the errors of reading.
Result<std::unique_ptr<AudioDecoder>> open_with_sndfile(std::shared_ptr<const ByteSource> file);
/// Samples without a header, or behind one that was read already.
Result<std::unique_ptr<AudioDecoder>> open_raw_sound(std::shared_ptr<const ByteSource> file,
                                                     const RawSound& sound);

}  // namespace decibit
