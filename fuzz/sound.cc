// SPDX-License-Identifier: Apache-2.0
// Any bytes as a sound file: what is accepted gives finite samples, and the same ones in the next
// reading however they are asked for.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "io/audio_reader.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// A header may promise hours of silence in a few bytes.
constexpr std::size_t kMostSamples = 1 << 20;

std::vector<float> read_all(decibit::SampleSource& source, std::size_t block) {
  std::vector<float> samples, part(block);
  while (samples.size() < kMostSamples) {
    const auto count = source.read(part);
    if (!count || *count == 0) break;
    require(*count <= block);
    samples.insert(samples.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(*count));
  }
  return samples;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decibit::Reporter reporter;
  const auto file = decibit::memory_source("fuzz", std::as_bytes(std::span(data, size)));
  auto decoder = decibit::open_audio(file, reporter);
  if (!decoder) return 0;
  auto reader = decibit::AudioReader::create(std::move(*decoder), 16000, "fuzz", reporter);
  if (!reader) return 0;
  read_all(**reader, 4096);
  (*reader)->revise();
  require((*reader)->rewind().has_value());
  const std::vector<float> samples = read_all(**reader, 4096);
  require(std::ranges::all_of(samples, [](float x) { return std::isfinite(x); }));
  require((*reader)->rewind().has_value());
  std::vector<float> again = read_all(**reader, 1000);
  const std::size_t both = std::min(samples.size(), again.size());
  require(std::equal(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(both),
                     again.begin()));
  require(samples.size() == again.size() || both >= kMostSamples);
  return 0;
}
