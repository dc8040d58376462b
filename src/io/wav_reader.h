// SPDX-License-Identifier: Apache-2.0
// Where the samples of a WAV file lie. libsndfile is handed them as raw bytes, because its own
// reading of headers cannot be told what the sizes of a streamed file mean.
#pragma once

#include <cstdint>
#include <optional>

#include "core/result.h"
#include "io/byte_source.h"

namespace decibit {

enum class SampleEncoding : std::uint8_t {
  kUnsigned8,
  kSigned16,
  kSigned24,
  kSigned32,
  kFloat32,
  kFloat64,
  kALaw,
  kMuLaw
};

/// Interleaved samples, little-endian.
struct RawSound {
  SampleEncoding encoding = SampleEncoding::kSigned16;
  int channels = 0;
  std::int64_t sample_rate_hz = 0;
  std::uint64_t first_byte = 0, bytes = 0;
  std::uint64_t missing_bytes = 0;  // that the header promises, beyond the end of the file
};

/// Whether the file begins as a little-endian WAV file does.
bool is_wav(const ByteSource& file);
/// Nothing for codecs other than the encodings above. A data size of 0 or from 0x7FFFFFFF on, as
/// writers leave it that cannot go back, means the rest of the file. kBadInput for headers that
/// contradict themselves or end early.
Result<std::optional<RawSound>> find_wav_samples(const ByteSource& file);

}  // namespace decibit
