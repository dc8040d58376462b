// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/vendored_voices.h"

#include <algorithm>
#include <array>

// Made from data/voices/NAME.bin when the program is built.
extern const char decibit_voice_af_bella[];
extern const char decibit_voice_af_heart[];
extern const char decibit_voice_am_michael[];
extern const char decibit_voice_bf_emma[];
extern const char decibit_voice_bm_george[];

namespace decibit::kokoro {
namespace {

constexpr std::size_t kRows = 510;  // one for each length of a phoneme string

std::span<const std::byte> pack(const char* bytes) {
  return std::as_bytes(std::span(bytes, kRows * kVendoredVoiceWidth * sizeof(float)));
}

}  // namespace

std::span<const VendoredVoice> vendored_voices() {
  static const std::array kVoices = {VendoredVoice{"af_bella", pack(decibit_voice_af_bella)},
                                     VendoredVoice{"af_heart", pack(decibit_voice_af_heart)},
                                     VendoredVoice{"am_michael", pack(decibit_voice_am_michael)},
                                     VendoredVoice{"bf_emma", pack(decibit_voice_bf_emma)},
                                     VendoredVoice{"bm_george", pack(decibit_voice_bm_george)}};
  return kVoices;
}

const VendoredVoice* find_vendored_voice(std::string_view name) {
  const std::span<const VendoredVoice> voices = vendored_voices();
  const auto found = std::ranges::find(voices, name, &VendoredVoice::name);
  return found == voices.end() ? nullptr : &*found;
}

}  // namespace decibit::kokoro
