// SPDX-License-Identifier: Apache-2.0
// Which model a checkpoint is: the order of the evidence, and what is refused. Many pairs are those
// of the reference's extra/detection.json; the answers are ours, since the reference reads "dia"
// out of every path that holds "nvidia" or "media".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "golden_case.h"

namespace decibit {
namespace {

using ::testing::HasSubstr;
using testing::view_of;

using Tensors = std::map<std::string, Shape>;

const Tensors kKokoroTensors = {{"bert_encoder.weight", {512, 768}},
                                {"decoder.generator.noise_res.0.alpha1.0", {1, 256, 1}}};
const Tensors kWhisperTensors = {{"decoder.blocks.0.cross_attn.query.weight", {64, 64}}};

constexpr const char* kKokoroKeys = R"({"istftnet": {}, "plbert": {}, "n_token": 178})";

Result<Detection> detect(const char* config, const Tensors& tensors = {},
                         const DetectionHints& hints = {}) {
  return detect_model(*Json::parse(config), view_of(tensors), hints);
}

std::string name_of(const Result<Detection>& detection) {
  return detection ? std::string(detection->type->name) : to_string(detection.error());
}

struct Pair {
  const char* config;
  const char* folder;
  const char* type;
};

TEST(Detect, ConfigAndFolderPairs) {
  for (const Pair& p : std::initializer_list<Pair>{
           {R"({"model_type": "whisper"})", "m1", "whisper"},
           {R"({"model_type": "WHISPER"})", "m1", "whisper"},
           {R"({"model_type": "whisper"})", "models--nvidia--x", "whisper"},
           {R"({"model_type": "whisper"})", "whisper-of-kokoro", "whisper"},
           {R"({"model_type": "kokoro"})", "m1", "kokoro"},
           {R"({"model_type": "kitten_tts"})", "kitten-tts-nano-0.1", "kitten_tts"},
           {R"({"model_type": "kitten"})", "m1", "kitten_tts"},
           {R"({"architecture": "kokoro"})", "m1", "kokoro"},
           {R"({"architectures": ["WhisperForConditionalGeneration"]})", "m1", "whisper"},
           {R"({"name": "whisper"})", "m1", "whisper"},
           {R"({"_class_name": "whisper"})", "m1", "whisper"},
           {R"({"name": "Kitten TTS"})", "models--KittenML--kitten-tts-mini-0.8", "kitten_tts"},
           {kKokoroKeys, "m1", "kokoro"},
           {kKokoroKeys, "my-bark-whisper", "kokoro"},
           {kKokoroKeys, "media", "kokoro"},
           {R"({"istftnet": {}, "plbert": {}, "asr_res_dim": 64})", "m1", "kitten_tts"},
           {R"({"n_mels": 80, "n_audio_state": 512, "n_audio_layer": 6, "n_vocab": 51865,
                "n_text_state": 512})",
            "m1", "whisper"},
           {R"({"model_type": "qwen3_tts"})", "m1", "qwen3_tts"},
           {R"({"model_type": "qwen3_asr", "thinker_config": {}})", "Qwen3-ForcedAligner-0.6B",
            "qwen3_asr"},
           {R"({"model_type": "qwen3"})", "Soprano-80M", "qwen3"},
           {R"({"model_type": "Voxtral"})", "m1", "voxtral"},
           {R"({"model_type": "voxtral_realtime"})", "Voxtral-Mini-4B-Realtime-2602",
            "voxtral_realtime"},
           {R"({"model_type": "parakeet_tdt"})", "models--nvidia--parakeet-tdt-0.6b-v3",
            "parakeet"},
           {R"({"target": "nemo.collections.asr.models.rnnt_bpe_models.EncDecRNNTBPEModel",
                "encoder": {"subsampling_factor": 8}})",
            "models--nvidia--x", "parakeet"},
           {"{}", "Qwen3-TTS-12Hz-0.6B", "qwen3_tts"},
           {"{}", "whisper-large-v3-turbo-4bit", "whisper"},
           {"null", "Kokoro_82M", "kokoro"}}) {
    EXPECT_EQ(name_of(detect(p.config, {}, {.folder_name = p.folder})), p.type)
        << p.config << " in " << p.folder;
  }
}

TEST(Detect, AForeignTypeIsNeverOverruled) {
  for (const char* type :
       {"minicpmv", "csm", "llama", "bark", "voxtral_tts", "qwen3_tts_tokenizer_12hz"}) {
    const std::string config = std::string(R"({"model_type": ")") + type + R"(", "istftnet": {},
                                              "plbert": {}})";
    const Result<Detection> detection =
        detect(config.c_str(), kKokoroTensors, {.folder_name = "whisper-kokoro"});
    ASSERT_FALSE(detection) << type;
    EXPECT_EQ(detection.error().code, ErrorCode::kBadInput);
    EXPECT_THAT(detection.error().message, HasSubstr(type));
    EXPECT_THAT(detection.error().why, HasSubstr("whisper"));
    EXPECT_THAT(detection.error().hint, HasSubstr("--model-type generic"));
  }
}

TEST(Detect, AKnownArchitectureExplainsAnUnknownType) {
  EXPECT_EQ(name_of(detect(R"({"model_type": "my_finetune",
                               "architectures": ["WhisperForConditionalGeneration"]})")),
            "whisper");
}

TEST(Detect, SaysWhatConvincedIt) {
  EXPECT_EQ(detect(R"({"model_type": "whisper"})")->evidence, "config.json model_type \"whisper\"");
  EXPECT_EQ(detect(kKokoroKeys)->evidence, "config.json keys (istftnet, plbert)");
  EXPECT_EQ(detect("{}", kKokoroTensors)->evidence, "tensor names (decoder.generator.*.alpha1.0)");
  EXPECT_EQ(detect("{}", {}, {.folder_name = "whisper-base"})->evidence,
            "folder name \"whisper-base\"");
  EXPECT_EQ(detect("{}", {}, {.model_type = "kokoro"})->evidence, "--model-type kokoro");
}

TEST(Detect, StrongerEvidenceWins) {
  EXPECT_EQ(
      name_of(detect(R"({"model_type": "whisper", "istftnet": {}, "plbert": {}})", kKokoroTensors)),
      "whisper");
  EXPECT_EQ(name_of(detect(kKokoroKeys, kWhisperTensors)), "kokoro");
  EXPECT_EQ(name_of(detect("{}", kWhisperTensors, {.folder_name = "kokoro"})), "whisper");
  EXPECT_EQ(name_of(detect(R"({"model_type": "whisper"})", {}, {.model_type = "kokoro"})),
            "kokoro");
}

// No two models share a tensor signature: each golden source is known by its tensors alone.
TEST(Detect, TensorNamesAloneTellTheGoldenSourcesApart) {
  const std::map<std::string, std::string> types = {
      {"kokoro", "kokoro"},   {"kitten", "kitten_tts"},      {"whisper", "whisper"},
      {"vx", "voxtral"},      {"whisper_openai", "whisper"}, {"vxrt", "voxtral_realtime"},
      {"q3tts", "qwen3_tts"}, {"q2a", "qwen2_audio"}};
  for (const auto& [source, type] : types) {
    const testing::GoldenSource golden = testing::read_golden_source(source);
    EXPECT_EQ(name_of(detect_model(Json(), golden.view(), {})), type) << source;
  }
}

TEST(Detect, FolderNamesCountAsWholeWordsOnly) {
  for (const char* folder : {"whispering", "mywhisper", "kokoros", "media", "models--nvidia--x"}) {
    const Result<Detection> detection = detect("{}", {}, {.folder_name = folder});
    ASSERT_FALSE(detection) << folder;
    EXPECT_EQ(detection.error().code, ErrorCode::kBadInput);
  }
}

TEST(Detect, TwoAnswersOfOneKindAreAnError) {
  Tensors both = kKokoroTensors;
  both.insert(kWhisperTensors.begin(), kWhisperTensors.end());
  const Result<Detection> by_tensors = detect("{}", both);
  ASSERT_FALSE(by_tensors);
  EXPECT_THAT(by_tensors.error().message, HasSubstr("kokoro, whisper"));
  EXPECT_FALSE(detect("{}", {}, {.folder_name = "whisper-of-kokoro"}));
}

TEST(Detect, TheDomainRestrictsWeakEvidenceAndContradictsStrong) {
  Tensors both = kKokoroTensors;
  both.insert(kWhisperTensors.begin(), kWhisperTensors.end());
  EXPECT_EQ(name_of(detect("{}", both, {.model_domain = "tts"})), "kokoro");
  EXPECT_EQ(name_of(detect("{}", both, {.model_domain = "stt"})), "whisper");
  EXPECT_EQ(name_of(detect(R"({"model_type": "whisper"})", {}, {.model_domain = "stt"})),
            "whisper");
  for (const DetectionHints& hints :
       {DetectionHints{.model_domain = "tts"},
        DetectionHints{.model_type = "whisper", .model_domain = "tts"}}) {
    const Result<Detection> detection = detect(R"({"model_type": "whisper"})", {}, hints);
    ASSERT_FALSE(detection);
    EXPECT_EQ(detection.error().code, ErrorCode::kUsage);
    EXPECT_THAT(detection.error().message, HasSubstr("whisper is a stt model"));
  }
}

TEST(Detect, RefusesFlagsWithUnknownValues) {
  const Result<Detection> domain = detect("{}", {}, {.model_domain = "vad"});
  ASSERT_FALSE(domain);
  EXPECT_EQ(domain.error().code, ErrorCode::kUsage);
  EXPECT_THAT(domain.error().message, HasSubstr("tts, stt, sts, lid, music"));
  const Result<Detection> type = detect("{}", {}, {.model_type = "wisper"});
  ASSERT_FALSE(type);
  EXPECT_EQ(type.error().code, ErrorCode::kUsage);
  EXPECT_THAT(type.error().why, HasSubstr("kokoro"));
}

TEST(Detect, GenericComesOnlyByName) {
  EXPECT_EQ(name_of(detect("{}", kWhisperTensors, {.model_type = "generic"})), "generic");
  EXPECT_EQ(name_of(detect("{}", {}, {.model_type = "generic", .model_domain = "stt"})), "generic");
  EXPECT_FALSE(detect("{}", {{"x.weight", {64, 64}}}, {.folder_name = "generic"}));
}

TEST(Detect, ConfigsOfWrongKindsAreNoEvidence) {
  for (const char* config : {R"({"model_type": 3, "architectures": "whisper"})",
                             R"({"architectures": [1, null]})", "[]", "7"}) {
    EXPECT_FALSE(detect(config)) << config;
  }
}

}  // namespace
}  // namespace decibit
