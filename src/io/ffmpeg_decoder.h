// SPDX-License-Identifier: Apache-2.0
// Containers and codecs that libsndfile does not know, by the program ffmpeg where it is installed.
#pragma once

#include <memory>

#include "core/reporter.h"
#include "io/audio_container.h"
#include "io/audio_decoder.h"
#include "io/byte_source.h"

namespace decibit {

/// The first audio stream of a file that has a descriptor. kBadInput with what ffmpeg says of it,
/// or with how to install ffmpeg where there is none. The reporter must outlive the decoder.
Result<std::unique_ptr<AudioDecoder>> open_with_ffmpeg(std::shared_ptr<const ByteSource> file,
                                                       const AudioContainer& container,
                                                       const Reporter& reporter);

}  // namespace decibit
