// SPDX-License-Identifier: Apache-2.0
#include "bench/memory.h"

#include <algorithm>
#include <fstream>
#include <new>
#include <optional>
#include <string>

namespace decibit::bench {
namespace {

constexpr std::align_val_t kAlignment{64};
constexpr std::uint64_t kUsualCache = std::uint64_t{32} << 20;
constexpr std::uint64_t kMostRotation = std::uint64_t{1} << 30;

/// "32768K", "32M"; 0 for anything else.
std::uint64_t cache_size(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t size = 0;
  char unit = 0;
  if (!(file >> size)) return 0;
  file >> unit;
  return unit == 'K' ? size << 10 : unit == 'M' ? size << 20 : size;
}

std::uint64_t last_level_cache() {
  std::uint64_t largest = 0;
  for (int i = 0; i < 8; ++i)
    largest = std::max(largest, cache_size("/sys/devices/system/cpu/cpu0/cache/index" +
                                           std::to_string(i) + "/size"));
  return largest;
}

/// A number in a file, such as a limit of a control group ("max" is none).
std::optional<std::uint64_t> number_in(const char* path) {
  std::uint64_t value = 0;
  if (std::ifstream(path) >> value) return value;
  return std::nullopt;
}

/// What can be had without swapping, within the limit of a container; the cap of the rotation when
/// unknown.
std::uint64_t available_memory() {
  std::uint64_t available = 4 * kMostRotation;
  std::ifstream file("/proc/meminfo");
  std::string name;
  for (std::uint64_t kilobytes = 0; file >> name >> kilobytes; file.ignore(64, '\n'))
    if (name == "MemAvailable:") available = kilobytes << 10;
  for (const char* limit :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"})
    if (const auto bytes = number_in(limit)) available = std::min(available, *bytes);
  return available;
}

}  // namespace

AlignedBytes::AlignedBytes(std::size_t size)
    : data_(static_cast<std::byte*>(::operator new(size, kAlignment))), size_(size) {}

void AlignedBytes::Free::operator()(std::byte* data) const { ::operator delete(data, kAlignment); }

Memory memory_of_machine() {
  Memory memory = {};
  memory.cache_bytes = last_level_cache();
  const std::uint64_t wanted = 4 * (memory.cache_bytes > 0 ? memory.cache_bytes : kUsualCache);
  const std::uint64_t most = std::min(kMostRotation, available_memory() / 4);
  memory.rotation = std::min(wanted, most);
  memory.capped = wanted > most;
  return memory;
}

}  // namespace decibit::bench
