// SPDX-License-Identifier: Apache-2.0
// Members of a zip archive (NumPy's .npz, PyTorch's .pth) as byte sources, from PKWARE's APPNOTE
// 6.3: stored and deflated members, zip64. Archives that contradict themselves are refused.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/byte_source.h"

namespace decibit {

struct ZipMember {
  std::string name;
  bool deflated = false;  // else stored
  std::uint32_t crc = 0;
  std::uint64_t header_offset = 0;  // of its local header
  std::uint64_t data_offset = 0, packed_bytes = 0;
  std::uint64_t size_bytes = 0;  // unpacked
};

/// True when the file starts like a zip archive.
bool looks_like_zip(const ByteSource& source);

/// All members in the order of the directory. kBadInput when members overlap or share a name, are
/// encrypted, use another method, or lie outside of the file. Limits: a directory of 64 MiB, and
/// 1032 unpacked bytes per packed one, which is the most that deflate can reach.
Result<std::vector<ZipMember>> read_zip_directory(const ByteSource& source);

/// The unpacked bytes of a member, named "archive: member". Stored members are read in place.
/// Deflated ones are unpacked as a stream: reads that go forward are cheap, a read that goes back
/// starts again from the beginning; the CRC-32 is checked when the end is reached without a gap.
std::shared_ptr<const ByteSource> open_zip_member(std::shared_ptr<const ByteSource> archive,
                                                  const ZipMember& member);

/// A whole member, its CRC-32 checked. kBadInput when it is larger than `limit_bytes`.
Result<std::string> read_zip_member(std::shared_ptr<const ByteSource> archive,
                                    const ZipMember& member, std::uint64_t limit_bytes);

}  // namespace decibit
