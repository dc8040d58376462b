// SPDX-License-Identifier: Apache-2.0
// A voice: one style vector for each length of a phoneme string, [rows, 256].
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace decibit::kokoro {

class Voice {
 public:
  /// A file: .safetensors, .pt, .npz with one tensor [rows, 1, width] or [rows, width], or .bin
  /// with raw floats. kBadInput for another shape, for numbers that are not finite.
  static Result<Voice> read(const std::filesystem::path& file, std::int64_t width);
  /// Raw floats that lie in memory; errors call them `name`.
  static Result<Voice> from_bytes(std::span<const std::byte> bytes, std::string_view name,
                                  std::int64_t width);
  /// sum of weight * voice over sum of weights; at least one, of positive weights.
  static Voice blend(std::span<const Voice> voices, std::span<const double> weights);

  /// For a string of `phonemes` code points, those that the model drops among them; >= 1. Longer
  /// strings than the voice has rows take its last one.
  std::span<const float> style(std::size_t phonemes) const;
  std::size_t rows() const { return values_.size() / width_; }

 private:
  static Result<Voice> of(std::vector<float> values, std::string_view name, std::int64_t width);

  std::vector<float> values_;
  std::size_t width_ = 1;
};

/// One part of "a:2,b:1", "a(2)+b(1)" or "a,b": a name or a path, and its weight.
struct VoicePart {
  std::string name;
  double weight = 1;
};
/// kUsage for an empty part, a weight that is no positive number up to 1e6, or more than 64 parts.
Result<std::vector<VoicePart>> parse_voice(std::string_view text);

}  // namespace decibit::kokoro
