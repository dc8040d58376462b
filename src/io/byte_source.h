// SPDX-License-Identifier: Apache-2.0
// Bytes that are read by position: a file, or a compressed member of an archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/result.h"

namespace decibit {

/// Safe to read from several threads at once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size_bytes() const = 0;
  /// Fills `out` from `offset`; reading past the end is kBadInput.
  virtual Status read(std::uint64_t offset, std::span<std::byte> out) const = 0;
  /// All its bytes where they lie in memory, valid as long as the source; a file is mapped when it
  /// is first asked. Empty when that is impossible (compressed members): then read() is the only
  /// way. A file that shrinks while it is mapped ends the process.
  virtual std::span<const std::byte> map() const { return {}; }
  /// Of an open file, for a child process that reads all of it; -1: there is none.
  virtual int descriptor() const { return -1; }
  /// What messages call it: the file name, or "archive.npz: member.npy".
  virtual const std::string& name() const = 0;
};

/// A link to nothing, as in a Hub cache that lost a blob. open_file says so.
bool is_dangling_link(const std::filesystem::path& path);
/// A regular file, read with pread: unless it is mapped, its pages never count as memory of this
/// process.
Result<std::shared_ptr<const ByteSource>> open_file(const std::filesystem::path& path);
/// The same of a regular file that is open. Takes `descriptor` over, and closes it.
Result<std::shared_ptr<const ByteSource>> open_descriptor(int descriptor, const std::string& name);
/// Bytes in memory, for tests and fuzzers.
std::shared_ptr<const ByteSource> memory_source(std::string name, std::span<const std::byte> bytes);
/// The whole file as text, at most `limit_bytes`.
Result<std::string> read_text(const std::filesystem::path& path,
                              std::uint64_t limit_bytes = std::uint64_t{256} << 20);

}  // namespace decibit
