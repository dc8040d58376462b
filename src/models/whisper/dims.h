// SPDX-License-Identifier: Apache-2.0
// Whisper's dimensions. A config says them in one of two vocabularies: Hugging Face's or OpenAI's.
#pragma once

#include <cstdint>

#include "models/config_reader.h"
#include "models/schema.h"

namespace decibit::whisper {

inline constexpr std::int64_t kHeadSize = 64;  // of every size that was published
/// Positions of the encoder, 50 a second: a window of 30 s.
inline constexpr std::int64_t kAudioContext = 1500;

struct Dims {
  std::int64_t mels = 0, audio_context = 0, audio_width = 0, audio_layers = 0;
  std::int64_t vocabulary = 0, text_context = 0, text_width = 0, text_layers = 0;

  std::int64_t audio_heads() const { return audio_width / kHeadSize; }
  std::int64_t text_heads() const { return text_width / kHeadSize; }
  /// English-only vocabularies lack one entry. (They have tokens of languages, and no use for
  /// them.)
  bool is_multilingual() const { return vocabulary >= 51865; }
  std::int64_t languages() const { return vocabulary - 51765 - (is_multilingual() ? 1 : 0); }
};

/// OpenAI's .pt comes without a config: the config with OpenAI's dimensions as the tensors show
/// them, when it names none of either vocabulary and the tensors do show them; else null.
Json config_with_dims(const Json& config, const SourceView& source);

/// The key of the length of the text context.
std::string_view text_context_key(const ConfigReader& config);

/// What is missing or wrong is noted in `config`. The text context is the row count of the position
/// table in `source`, else what the config says: fine-tuning scripts write generation lengths into
/// it or null it (whisper.cpp issues 3986 and 2598).
Dims read_dims(ConfigReader& config, const SourceView& source);

/// What the network asks beyond tensors that fit: notes a fault for heads that are not of
/// kHeadSize, and for an encoder and a decoder of different widths.
void check_runnable(const Dims& dims, ConfigReader& config);

}  // namespace decibit::whisper
