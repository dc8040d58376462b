// SPDX-License-Identifier: Apache-2.0
// How long an MP3 file is that does not say so. libsndfile and libmpg123 then guess from the bit
// rate of the first frame, and end there: of a file whose rate varies they lose the rest.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "io/byte_source.h"

namespace decibit {

struct Mp3Length {
  std::uint64_t first_byte = 0;  // of the first frame, behind the tags
  std::string frame;             // to be read before it: it says how many frames follow (Xing's)
};

/// An empty frame for a file that says its length, and for what is no MP3 file. Reads all of it.
Result<Mp3Length> measure_mp3(const ByteSource& file);

}  // namespace decibit
