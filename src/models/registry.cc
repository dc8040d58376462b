// SPDX-License-Identifier: Apache-2.0
// One row per model. To add a model: its folder, its row here, its sources in CMakeLists.txt
// (docs/adding-a-model.md).
#include "models/registry.h"

#include <algorithm>
#include <cctype>

#include "models/kitten_tts/schema.h"
#include "models/kokoro/schema.h"
#include "models/parakeet/schema.h"
#include "models/qwen2_audio/schema.h"
#include "models/qwen3/schema.h"
#include "models/qwen3_asr/schema.h"
#include "models/qwen3_tts/schema.h"
#include "models/voxtral/schema.h"
#include "models/voxtral_realtime/schema.h"
#include "models/whisper/schema.h"

namespace decibit {
namespace {

constexpr std::string_view kKittenTtsAliases[] = {"kitten"};
constexpr std::string_view kParakeetAliases[] = {"parakeet_tdt"};
constexpr std::string_view kQwen2AudioAliases[] = {"Qwen2AudioForConditionalGeneration"};
constexpr std::string_view kQwen3Aliases[] = {"Qwen3ForCausalLM"};
constexpr std::string_view kQwen3AsrAliases[] = {"Qwen3ASRForConditionalGeneration"};
constexpr std::string_view kQwen3TtsAliases[] = {"Qwen3TTSForConditionalGeneration"};
constexpr std::string_view kVoxtralAliases[] = {"VoxtralForConditionalGeneration"};
constexpr std::string_view kVoxtralRealtimeAliases[] = {"VoxtralRealtimeForConditionalGeneration"};
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
    {.name = "parakeet",
     .domain = "stt",
     .aliases = kParakeetAliases,
     .config_matches = parakeet::config_matches,
     .config_signature = "NeMo's target",
     .tensors_match = parakeet::tensors_match,
     .tensor_signature = "encoder.pre_encode.*",
     .schema = parakeet::schema},
    {.name = "qwen2_audio",
     .domain = "stt",
     .aliases = kQwen2AudioAliases,
     .config_matches = nullptr,
     .config_signature = "",
     .tensors_match = qwen2_audio::tensors_match,
     .tensor_signature = "audio_tower.conv1, multi_modal_projector.linear",
     .schema = qwen2_audio::schema},
    {.name = "qwen3",
     .domain = "tts",
     .aliases = kQwen3Aliases,
     .config_matches = nullptr,
     .config_signature = "",
     .tensors_match = nullptr,
     .tensor_signature = "",
     .schema = qwen3::schema},
    {.name = "qwen3_asr",
     .domain = "stt",
     .aliases = kQwen3AsrAliases,
     .config_matches = qwen3_asr::config_matches,
     .config_signature = "thinker_config.audio_config",
     .tensors_match = qwen3_asr::tensors_match,
     .tensor_signature = "audio_tower.conv2d1",
     .schema = qwen3_asr::schema},
    {.name = "qwen3_forced_aligner",
     .domain = "stt",
     .aliases = {},
     .config_matches = nullptr,
     .config_signature = "",
     .tensors_match = nullptr,
     .tensor_signature = "",
     .schema = qwen3_asr::aligner_schema},
    {.name = "qwen3_tts",
     .domain = "tts",
     .aliases = kQwen3TtsAliases,
     .config_matches = qwen3_tts::config_matches,
     .config_signature = "talker_config.code_predictor_config",
     .tensors_match = qwen3_tts::tensors_match,
     .tensor_signature = "talker.model.codec_embedding, talker.code_predictor.*",
     .schema = qwen3_tts::schema},
    {.name = "voxtral",
     .domain = "stt",
     .aliases = kVoxtralAliases,
     .config_matches = nullptr,
     .config_signature = "",
     .tensors_match = voxtral::tensors_match,
     .tensor_signature = "audio_tower.embed_positions, multi_modal_projector.linear_1",
     .schema = voxtral::schema},
    {.name = "voxtral_realtime",
     .domain = "stt",
     .aliases = kVoxtralRealtimeAliases,
     .config_matches = voxtral_realtime::config_matches,
     .config_signature =
         "encoder_args and decoder, or Mistral's multimodal and ada_rms_norm_t_cond",
     .tensors_match = voxtral_realtime::tensors_match,
     .tensor_signature =
         "*.whisper_encoder.*, audio_tower.embedder.* or encoder.conv_layers_0_conv.*",
     .schema = voxtral_realtime::schema},
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
