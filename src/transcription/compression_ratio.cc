// SPDX-License-Identifier: Apache-2.0
#include "transcription/compression_ratio.h"

#include <zlib.h>

#include <vector>

#include "core/check.h"

namespace decibit::transcription {

double compression_ratio(std::string_view text) {
  uLongf size = compressBound(static_cast<uLong>(text.size()));
  std::vector<Bytef> compressed(size);
  const int status = compress(compressed.data(), &size, reinterpret_cast<const Bytef*>(text.data()),
                              static_cast<uLong>(text.size()));
  DECIBIT_CHECK(status == Z_OK);
  return static_cast<double>(text.size()) / static_cast<double>(size);
}

}  // namespace decibit::transcription
