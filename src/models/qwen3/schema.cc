// SPDX-License-Identifier: Apache-2.0
// mlx_audio/lm/models/qwen3.py (Model, ModelArgs), as mlx_audio/tts/models/qwen3 uses it.
#include "models/qwen3/schema.h"

#include "models/config_reader.h"
#include "models/decoder_stack.h"
#include "models/schema_builder.h"

namespace decibit::qwen3 {
namespace {

/// With tied embeddings the head is the embedding; a copy of it in the file is not read.
Mapped drop_head(std::string_view name) {
  if (name == "lm_head.weight") return {.name = std::string(name), .op = Mapped::Op::kDrop};
  return keep_name(name);
}

}  // namespace

Result<Schema> schema(const Json& config, const SourceView&) {
  ConfigReader reader(config);
  const DecoderStack stack = read_decoder_stack(reader, {.qk_norm = true});
  const std::int64_t vocabulary = reader.rows("vocab_size");
  if (!reader.has("tie_word_embeddings")) {
    reader.fault("tie_word_embeddings is missing: whether there is an lm_head");
  }
  const bool tied = reader.flag_or("tie_word_embeddings", false);
  TRY(reader.status());

  SchemaBuilder b("qwen3");
  b.component("language_model");
  b.embedding("model.embed_tokens", vocabulary, stack.hidden);
  add_decoder_layers(b, "model.layers", stack);
  b.rms_norm("model.norm", stack.hidden);
  if (!tied) {
    b.component("lm_head");
    b.linear("lm_head", vocabulary, stack.hidden, Bias::kNo).output_head = true;
  }
  return std::move(b).finish(tied ? drop_head : keep_name);
}

}  // namespace decibit::qwen3
