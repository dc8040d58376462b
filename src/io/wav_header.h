// SPDX-License-Identifier: Apache-2.0
// The 44 bytes before the samples of a WAV file: ours, because libsndfile writes none that is valid
// in a pipe, and its sizes wrap beyond 4 GiB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace decibit {

/// Mono, 16-bit integers. Without `data_bytes`, and when they need more than 32 bits, both sizes
/// are 0xFFFFFFFF, which ffmpeg, SoX and aplay read as "until the end".
std::array<std::byte, 44> wav_header(int sample_rate_hz, std::optional<std::uint64_t> data_bytes);

}  // namespace decibit
