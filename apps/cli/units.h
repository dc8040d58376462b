// SPDX-License-Identifier: Apache-2.0
// Sizes and times as people write and read them. MB is 10^6 bytes, MiB is 2^20.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace decibit::cli {

/// "5GB", "500 MB", "4GiB", "1.5g", or bytes without a unit. kUsage, with `flag` named, for
/// anything else, for 0, and for what 64 bits cannot hold.
Result<std::uint64_t> parse_size(std::string_view flag, std::string_view text);
/// A whole number in [low, high]; kUsage otherwise.
Result<int> parse_integer(std::string_view flag, std::string_view text, int low, int high);
/// A number in [low, high]; kUsage otherwise.
Result<double> parse_number(std::string_view flag, std::string_view text, double low, double high);
/// The value of --threads; 0, which means all cores, when it was not given.
Result<unsigned> parse_threads(std::string_view text);

/// Three digits and a unit: "812 B", "28.3 kB", "1.49 GB".
std::string format_bytes(std::uint64_t bytes);
/// "1 tensor", "2 tensors"
std::string counted(std::size_t number, std::string_view noun);
/// "0:03.9", "2:05", "1:02:05"
std::string format_duration(double seconds);

}  // namespace decibit::cli
