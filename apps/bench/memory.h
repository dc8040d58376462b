// SPDX-License-Identifier: Apache-2.0
// How much memory has to be walked through so that every byte comes from DRAM, and such memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace decibit::bench {

/// Bytes, uninitialised, at a multiple of 64.
class AlignedBytes {
 public:
  AlignedBytes() = default;
  explicit AlignedBytes(std::size_t size);
  std::byte* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* data) const;
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_ = 0;
};

struct Memory {
  std::uint64_t cache_bytes;  // the last-level cache that the first core sees; 0: unknown
  std::uint64_t rotation;     // weights rotate over this much: four such caches,
  bool capped;                // unless that is over 1 GiB, or a quarter of what is free
};

/// As sysfs and /proc tell. An unknown cache counts as 32 MiB.
Memory memory_of_machine();

}  // namespace decibit::bench
