// SPDX-License-Identifier: Apache-2.0
// What a file is by its first bytes: names in messages, and who decodes it.
#pragma once

#include <string>
#include <string_view>

#include "io/byte_source.h"

namespace decibit {

struct AudioContainer {
  std::string name;          // "an MP4 file with AAC", "text", "a JPEG picture"
  std::string_view demuxer;  // ffmpeg's name for it; empty: ffmpeg is not asked
  bool sndfile = false;      // libsndfile may know it
};

/// Never fails: what nobody knows is "data of an unknown kind", which libsndfile may try.
AudioContainer identify_audio(const ByteSource& file);

}  // namespace decibit
