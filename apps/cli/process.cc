// SPDX-License-Identifier: Apache-2.0
// Memory of this process, from /proc and getrusage.
#include "cli/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace decibit::cli {

std::uint64_t current_memory_bytes() {
  // proc(5), statm: total and resident size in pages.
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  if (!(statm >> total >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t peak_memory_bytes() {
  rusage usage = {};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace decibit::cli
