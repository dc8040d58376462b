// SPDX-License-Identifier: Apache-2.0
// The excitation of the vocoder: sines at multiples of F0 where there is a voice, noise everywhere,
// mixed by a small layer:
//   source[t] = tanh(b + sum_k w[k] (voiced[t] 0.1 sin(2 pi phase_k(t)) + amplitude[t] noise_k[t]))
// with amplitude 0.003 where voiced and 0.1 / 3 elsewhere. Truth: kokoro/istftnet.py, SineGen.
//
// The phase is the sum of F0 over half frames, interpolated linearly between their middles and held
// before the first. PyTorch's random initial phases are drawn and never read. Its float phases
// reach 10^5 rad, where they are 0.01 rad apart; ours are cycles in double.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "nn/binder.h"
#include "nn/context.h"
#include "nn/rows.h"

namespace decibit::styletts2 {

/// The noise of the source, one normal number a sample: as the harmonics' noises are independent,
/// their mix is one noise of amplitude |w|.
struct SourceNoise {
  std::uint64_t seed = 0;
  std::uint64_t chunk = 0;  // of the text: each has noise of its own
  float scale = 1;          // 0: none
};

class HarmonicSource {
 public:
  static constexpr std::int64_t kHarmonics = 9;
  static HarmonicSource bind(WeightBinder& binder, const std::string& path);

  /// source [samples]; f0 (Hz) has samples / samples_per_value values. `each_noise`, if set, is
  /// [samples, kHarmonics] normal numbers in place of our own.
  void forward(const Context& context, std::span<const float> f0, std::int64_t samples_per_value,
               const SourceNoise& noise, std::optional<ConstRows> each_noise,
               std::span<float> source) const;

 private:
  std::span<const float> weights_;  // [kHarmonics]
  std::span<const float> bias_;     // [1]
};

}  // namespace decibit::styletts2
