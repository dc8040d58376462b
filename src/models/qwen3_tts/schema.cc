// SPDX-License-Identifier: Apache-2.0
// mlx_audio/tts/models/qwen3_tts/{config,talker,qwen3_tts}.py. Its predicate skips the embeddings
// and the speaker encoder; every other Linear is quantized, the 15 heads of the code predictor too.
#include "models/qwen3_tts/schema.h"

#include <optional>

#include "models/config_reader.h"
#include "models/decoder_stack.h"
#include "models/qwen3_tts/speaker_encoder.h"
#include "models/schema_builder.h"

namespace decibit::qwen3_tts {
namespace {

struct Sizes {
  DecoderStack talker;
  std::int64_t codes = 0;  // rows of the talker's codec embedding and head
  std::int64_t text_width = 0;
  std::int64_t text_rows = 0;
  DecoderStack predictor;
  std::int64_t predictor_codes = 0;
  std::int64_t groups = 0;  // codebooks; the talker speaks the first, the predictor the others
  std::optional<SpeakerEncoder> speaker;
};

DecoderStack read_stack(ConfigReader& config, std::int64_t default_layers) {
  DecoderStack s = read_decoder_stack(config, {.hidden = 1024,
                                               .ffn = 3072,
                                               .layers = default_layers,
                                               .heads = 16,
                                               .kv_heads = 8,
                                               .head_dim = 128,
                                               .qk_norm = true,
                                               .down_second = false});
  s.qkv_bias = s.output_bias = Bias{config.flag_or("attention_bias", false)};
  return s;
}

Result<Sizes> read_sizes(const Json& config) {
  ConfigReader reader(config);
  ConfigReader talker = reader.object_or_empty("talker_config");
  ConfigReader predictor = talker.object_or_empty("code_predictor_config");
  Sizes s;
  s.talker = read_stack(talker, 28);
  s.codes = talker.rows_or("vocab_size", 3072);
  s.text_width = talker.width_or("text_hidden_size", 2048);
  s.text_rows = talker.rows_or("text_vocab_size", 151936);
  s.predictor = read_stack(predictor, 5);
  s.predictor_codes = predictor.rows_or("vocab_size", 2048);
  s.groups = predictor.count_or("num_code_groups", 16);
  if (reader.text_or("tts_model_type", "base") == "base") {
    s.speaker = read_speaker_encoder(reader.object_or_empty("speaker_encoder_config"));
  }
  TRY(reader.status());
  return s;
}

void add_talker(SchemaBuilder& b, const Sizes& s) {
  const std::int64_t hidden = s.talker.hidden;
  b.component("talker");
  b.embedding("talker.model.codec_embedding", s.codes, hidden).quantizable = false;
  b.embedding("talker.model.text_embedding", s.text_rows, s.text_width).quantizable = false;
  add_decoder_layers(b, "talker.model.layers", s.talker);
  b.rms_norm("talker.model.norm", hidden);
  b.linear("talker.text_projection.linear_fc1", s.text_width, s.text_width);
  b.linear("talker.text_projection.linear_fc2", hidden, s.text_width);
  b.linear("talker.codec_head", s.codes, hidden, Bias::kNo).output_head = true;
}

void add_code_predictor(SchemaBuilder& b, const Sizes& s) {
  const std::string path = "talker.code_predictor";
  const std::int64_t hidden = s.predictor.hidden;
  b.component("code_predictor");
  // The predictor reads the talker's states and embeds codes at the talker's width.
  if (hidden != s.talker.hidden) {
    b.linear(path + ".small_to_mtp_projection", hidden, s.talker.hidden);
  }
  for (std::int64_t i = 0; i + 1 < s.groups; ++i) {
    b.embedding(path + ".model.codec_embedding." + std::to_string(i), s.predictor_codes,
                s.talker.hidden)
        .quantizable = false;
  }
  add_decoder_layers(b, path + ".model.layers", s.predictor);
  b.rms_norm(path + ".model.norm", hidden);
  for (std::int64_t i = 0; i + 1 < s.groups; ++i) {
    b.linear(path + ".lm_head." + std::to_string(i), s.predictor_codes, hidden, Bias::kNo)
        .output_head = true;
  }
}

Mapped map_name(std::string_view name) {
  if (name.find("position_ids") == std::string_view::npos) return keep_name(name);
  return {.name = std::string(name), .op = Mapped::Op::kDrop};
}

}  // namespace

Result<Schema> schema(const Json& config, const SourceView&) {
  const Sizes s = TRY(read_sizes(config));
  SchemaBuilder b("qwen3_tts");
  add_talker(b, s);
  add_code_predictor(b, s);
  if (s.speaker) add_speaker_encoder(b, *s.speaker);
  Schema schema = std::move(b).finish(map_name);
  schema.run_time_files = {"speech_tokenizer/config.json", "speech_tokenizer/model.safetensors"};
  return schema;
}

bool config_matches(const Json& config) {
  const Json* talker = config.find("talker_config");
  return talker != nullptr && talker->find("code_predictor_config") != nullptr;
}

bool tensors_match(const SourceView& source) {
  return source.has("talker.model.codec_embedding.weight") &&
         source.has_prefix("talker.code_predictor.");
}

}  // namespace decibit::qwen3_tts
