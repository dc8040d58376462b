// SPDX-License-Identifier: Apache-2.0
// What this process has used so far.
#pragma once

#include <cstdint>

namespace decibit::cli {

/// Resident memory now, from /proc; 0 where that does not exist.
std::uint64_t current_memory_bytes();
/// The most it ever was, as `time -v` prints it.
std::uint64_t peak_memory_bytes();

}  // namespace decibit::cli
