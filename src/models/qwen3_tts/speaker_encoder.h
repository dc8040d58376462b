// SPDX-License-Identifier: Apache-2.0
// The ECAPA-TDNN of Qwen3-TTS Base: a voice sample in, one vector out. Convolutions only.
#pragma once

#include <cstdint>
#include <vector>

#include "models/config_reader.h"
#include "models/schema_builder.h"

namespace decibit::qwen3_tts {

struct SpeakerEncoder {
  std::int64_t mels = 0;
  std::int64_t out = 0;
  std::vector<std::int64_t> channels;  // of the first block, the SE-Res2Net blocks, and the last
  std::vector<std::int64_t> taps;      // as many
  std::int64_t attention = 0;
  std::int64_t parts = 0;  // of a Res2Net block
  std::int64_t squeezed = 0;
};

/// Reads speaker_encoder_config; faults go to the reader.
SpeakerEncoder read_speaker_encoder(ConfigReader config);
void add_speaker_encoder(SchemaBuilder& builder, const SpeakerEncoder& encoder);

}  // namespace decibit::qwen3_tts
