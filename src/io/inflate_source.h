// SPDX-License-Identifier: Apache-2.0
// A deflated range of another source, unpacked as a stream by zlib.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/byte_source.h"

namespace decibit {

struct DeflatedRange {
  std::uint64_t offset = 0, packed_bytes = 0;
  std::uint64_t size_bytes = 0;  // unpacked, as announced
  std::uint32_t crc = 0;
};

std::shared_ptr<const ByteSource> inflate_source(std::shared_ptr<const ByteSource> archive,
                                                 const DeflatedRange& range, std::string name);

}  // namespace decibit
