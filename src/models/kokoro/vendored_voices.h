// SPDX-License-Identifier: Apache-2.0
// The English voices that the program carries in itself, so that it speaks where no folder has any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace decibit::kokoro {

/// Numbers in a row of these voices: twice Kokoro's style.
inline constexpr std::int64_t kVendoredVoiceWidth = 256;

struct VendoredVoice {
  std::string_view name;             // "af_heart"
  std::span<const std::byte> bytes;  // little-endian floats [rows, kVendoredVoiceWidth]
};

/// Of data/voices, sorted by name.
std::span<const VendoredVoice> vendored_voices();
/// Null when there is none of this name.
const VendoredVoice* find_vendored_voice(std::string_view name);

}  // namespace decibit::kokoro
