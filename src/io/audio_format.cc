// SPDX-License-Identifier: Apache-2.0
#include "io/audio_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

namespace decibit {
namespace {

constexpr int kLowestWrittenHz = 8000, kHighestWrittenHz = 192000;
// Of MPEG-1, 2 and 2.5 layer III.
constexpr std::array kMp3RatesHz = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};
// RFC 6716, table 1.
constexpr std::array kOpusRatesHz = {8000, 12000, 16000, 24000, 48000};

struct FormatRow {
  std::string_view name;
  std::span<const int> rates_hz;  // none: all from the lowest to the highest
};
constexpr std::array kFormats = {
    FormatRow{"wav", {}}, FormatRow{"flac", {}},           FormatRow{"mp3", kMp3RatesHz},
    FormatRow{"ogg", {}}, FormatRow{"opus", kOpusRatesHz}, FormatRow{"pcm", {}}};

const FormatRow& row_of(AudioFormat format) { return kFormats[static_cast<std::size_t>(format)]; }

}  // namespace

std::string_view name(AudioFormat format) { return row_of(format).name; }

std::vector<std::string> audio_format_names() {
  std::vector<std::string> names;
  names.reserve(kFormats.size());
  for (const FormatRow& row : kFormats) names.emplace_back(row.name);
  return names;
}

std::optional<AudioFormat> audio_format_from_name(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name, &FormatRow::name);
  if (found == kFormats.end()) return std::nullopt;
  return static_cast<AudioFormat>(found - kFormats.begin());
}

Status check_sample_rate(AudioFormat format, int sample_rate_hz) {
  const std::span<const int> rates = row_of(format).rates_hz;
  const bool known = rates.empty()
                         ? sample_rate_hz >= kLowestWrittenHz && sample_rate_hz <= kHighestWrittenHz
                         : std::ranges::find(rates, sample_rate_hz) != rates.end();
  if (known) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("{} has no sample rate of {} Hz", name(format), sample_rate_hz),
              rates.empty() ? fmt::format("from {} to {} Hz", kLowestWrittenHz, kHighestWrittenHz)
                            : fmt::format("one of: {} Hz", fmt::join(rates, ", ")));
}

}  // namespace decibit
