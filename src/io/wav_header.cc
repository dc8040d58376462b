// SPDX-License-Identifier: Apache-2.0
#include "io/wav_header.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace decibit {
namespace {

constexpr std::uint32_t kStreamed = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kSampleBytes = 2;

/// Fills a header from its front.
class Fields {
 public:
  explicit Fields(std::array<std::byte, 44>& header) : at_(header.begin()) {}
  void tag(std::string_view four) {
    at_ = std::ranges::transform(four, at_, [](char c) { return std::byte(c); }).out;
  }
  void u16(std::uint32_t value) {
    *at_++ = std::byte(value & 0xFF);
    *at_++ = std::byte(value >> 8 & 0xFF);
  }
  void u32(std::uint32_t value) {
    u16(value & 0xFFFF);
    u16(value >> 16);
  }

 private:
  std::array<std::byte, 44>::iterator at_;
};

}  // namespace

std::array<std::byte, 44> wav_header(int sample_rate_hz, std::optional<std::uint64_t> data_bytes) {
  std::array<std::byte, 44> header{};
  constexpr std::uint64_t kBeforeData = header.size() - 8;  // without the tag "RIFF" and its size
  const bool sized = data_bytes && *data_bytes < kStreamed - kBeforeData;
  const auto rate = static_cast<std::uint32_t>(sample_rate_hz);
  Fields fields(header);
  fields.tag("RIFF");
  fields.u32(sized ? static_cast<std::uint32_t>(*data_bytes + kBeforeData) : kStreamed);
  fields.tag("WAVE");
  fields.tag("fmt ");
  fields.u32(16);  // bytes of this chunk
  fields.u16(1);   // integers
  fields.u16(1);   // channels
  fields.u32(rate);
  fields.u32(rate * kSampleBytes);
  fields.u16(kSampleBytes);
  fields.u16(8 * kSampleBytes);
  fields.tag("data");
  fields.u32(sized ? static_cast<std::uint32_t>(*data_bytes) : kStreamed);
  return header;
}

}  // namespace decibit
