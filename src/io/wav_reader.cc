// SPDX-License-Identifier: Apache-2.0
// A RIFF file: "RIFF" size "WAVE", then chunks: four letters, size, content, and a byte of padding
// after an odd size.
#include "io/wav_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "io/little_endian.h"

namespace decibit {
namespace {

constexpr std::size_t kRiffBytes = 12, kChunkBytes = 8, kFormatBytes = 16, kExtendedBytes = 40;
constexpr std::uint32_t kStreamedFrom = 0x7FFFFFFF;  // SoX; ffmpeg and others: 0xFFFFFFFF
constexpr int kMostChunks = 10'000;                  // a reader of hostile files must end

// Codecs, from mmreg.h.
constexpr std::uint16_t kInteger = 1, kFloat = 3, kALaw = 6, kMuLaw = 7, kExtensible = 0xFFFE;
// The codec's number is at the front of a GUID whose rest is this.
constexpr std::string_view kGuidTail("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71",
                                     14);

Result<std::string> read_bytes(const ByteSource& file, std::uint64_t offset, std::size_t count) {
  std::string bytes(count, '\0');
  TRY(file.read(offset, std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

struct Format {
  std::uint16_t codec = 0, channels = 0, block_bytes = 0, bits = 0;
  std::uint32_t sample_rate_hz = 0;
};

Format parse_format(std::string_view chunk) {
  Format format = {.codec = load_u16(chunk, 0),
                   .channels = load_u16(chunk, 2),
                   .block_bytes = load_u16(chunk, 12),
                   .bits = load_u16(chunk, 14),
                   .sample_rate_hz = load_u32(chunk, 4)};
  if (format.codec == kExtensible && chunk.size() >= kExtendedBytes &&
      chunk.substr(26, kGuidTail.size()) == kGuidTail)
    format.codec = load_u16(chunk, 24);
  return format;
}

/// Bytes of a sample of one channel. A 12- or 20-bit sample is kept in the upper bits of 16 or 24.
unsigned sample_bytes(const Format& format) {
  if (format.block_bytes >= format.channels && format.block_bytes % format.channels == 0)
    return format.block_bytes / format.channels;
  return (format.bits + 7u) / 8u;
}

std::optional<SampleEncoding> encoding_of(const Format& format) {
  struct Row {
    std::uint16_t codec;
    unsigned bytes;
    SampleEncoding encoding;
  };
  static constexpr std::array kRows = {
      Row{kInteger, 1, SampleEncoding::kUnsigned8}, Row{kInteger, 2, SampleEncoding::kSigned16},
      Row{kInteger, 3, SampleEncoding::kSigned24},  Row{kInteger, 4, SampleEncoding::kSigned32},
      Row{kFloat, 4, SampleEncoding::kFloat32},     Row{kFloat, 8, SampleEncoding::kFloat64},
      Row{kALaw, 1, SampleEncoding::kALaw},         Row{kMuLaw, 1, SampleEncoding::kMuLaw}};
  const unsigned bytes = sample_bytes(format);
  const auto row = std::ranges::find_if(
      kRows, [&](const Row& r) { return r.codec == format.codec && r.bytes == bytes; });
  if (row == kRows.end()) return std::nullopt;
  return row->encoding;
}

/// How many bytes of samples there are, when the header says `said` and `rest` are left. A file of
/// no samples has the right size of the whole in its first chunk; one that was never closed has
/// not.
std::uint64_t data_bytes(std::uint32_t said, std::uint64_t rest, bool size_is_right) {
  if (said >= kStreamedFrom || (said == 0 && !size_is_right)) return rest;
  return std::min<std::uint64_t>(said, rest);
}

}  // namespace

bool is_wav(const ByteSource& file) {
  const auto head = read_bytes(file, 0, kRiffBytes);
  return head && head->starts_with("RIFF") && head->ends_with("WAVE");
}

Result<std::optional<RawSound>> find_wav_samples(const ByteSource& file) {
  const std::uint64_t size = file.size_bytes();
  const std::string riff = TRY(read_bytes(file, 0, kRiffBytes));
  const bool size_is_right = load_u32(riff, 4) + std::uint64_t{8} == size;
  std::optional<Format> format;
  std::uint64_t at = kRiffBytes;
  for (int i = 0; i < kMostChunks && at + kChunkBytes <= size; ++i) {
    const std::string chunk = TRY(read_bytes(file, at, kChunkBytes));
    const std::uint32_t bytes = load_u32(chunk, 4);
    at += kChunkBytes;
    if (chunk.starts_with("fmt ")) {
      if (bytes < kFormatBytes)
        return fail(ErrorCode::kBadInput,
                    fmt::format("{}: the format chunk of a WAV file has at least {} bytes, not {}",
                                file.name(), kFormatBytes, bytes));
      const std::size_t useful = std::min<std::size_t>(bytes, kExtendedBytes);
      const std::string content = TRY(read_bytes(file, at, useful));
      format = parse_format(content);
      if (format->channels == 0)
        return fail(ErrorCode::kBadInput,
                    fmt::format("{}: the WAV file says that it has no channels", file.name()));
    } else if (chunk.starts_with("data")) {
      if (!format)
        return fail(
            ErrorCode::kBadInput,
            fmt::format("{}: no format chunk stands before the WAV file's data", file.name()));
      const auto encoding = encoding_of(*format);
      if (!encoding) return std::optional<RawSound>();
      const std::uint64_t rest = size - at;
      const std::uint64_t there = data_bytes(bytes, rest, size_is_right);
      const bool cut = bytes > there && bytes < kStreamedFrom;
      return std::optional(RawSound{.encoding = *encoding,
                                    .channels = format->channels,
                                    .sample_rate_hz = format->sample_rate_hz,
                                    .first_byte = at,
                                    .bytes = there,
                                    .missing_bytes = cut ? bytes - there : 0});
    }
    at += std::uint64_t{bytes} + bytes % 2;
  }
  return fail(ErrorCode::kBadInput, fmt::format("{}: a WAV file without samples: it ends before "
                                                "its data chunk",
                                                file.name()));
}

}  // namespace decibit
