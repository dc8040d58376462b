// SPDX-License-Identifier: Apache-2.0
// One row per model. To add a model: its folder, its row here, its sources in CMakeLists.txt
// (docs/adding-a-model.md).
#include "models/registry.h"

#include <algorithm>
#include <cctype>

#include "models/kitten_tts/schema.h"
#include "models/kokoro/schema.h"
#include "models/whisper/schema.h"

namespace decibit {
namespace {

constexpr std::string_view kKittenTtsAliases[] = {"kitten"};
constexpr std::string_view kWhisperAliases[] = {"WhisperForConditionalGeneration", "WhisperModel"};

constexpr ModelType kTypes[] = {
    {.name = "kitten_tts",
     .domain = "tts",
     .aliases = kKittenTtsAliases,
     .config_matches = kitten_tts::config_matches,
     .config_signature = "istftnet, plbert, asr_res_dim",
     .tensors_match = kitten_tts::tensors_match,
     .tensor_signature = "decoder.generator.*.alpha1_0",
     .schema = kitten_tts::schema},
    {.name = "kokoro",
     .domain = "tts",
     .aliases = {},
     .config_matches = kokoro::config_matches,
     .config_signature = "istftnet, plbert",
     .tensors_match = kokoro::tensors_match,
     .tensor_signature = "decoder.generator.*.alpha1.0",
     .schema = kokoro::schema},
    {.name = "whisper",
     .domain = "stt",
     .aliases = kWhisperAliases,
     .config_matches = whisper::config_matches,
     .config_signature = "n_mels, n_audio_state, n_text_state",
     .tensors_match = whisper::tensors_match,
     .tensor_signature = "decoder.*.cross_attn.query or model.decoder.*.encoder_attn.q_proj",
     .schema = whisper::schema},
    // Last, and selected by its name only.
    {.name = "generic",
     .domain = "",
     .aliases = {},
     .config_matches = nullptr,
     .config_signature = "",
     .tensors_match = nullptr,
     .tensor_signature = "",
     .schema = generic_schema},
};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

std::span<const ModelType> model_types() { return kTypes; }

const ModelType* find_model_type(std::string_view name) {
  for (const ModelType& type : kTypes) {
    if (equal_ignoring_case(type.name, name)) return &type;
  }
  for (const ModelType& type : kTypes) {
    for (const std::string_view alias : type.aliases) {
      if (equal_ignoring_case(alias, name)) return &type;
    }
  }
  return nullptr;
}

}  // namespace decibit
