// SPDX-License-Identifier: Apache-2.0
// mlx_audio/lm/models/qwen3.py (Model, ModelArgs), as mlx_audio/tts/models/qwen3 uses it.
#include "models/qwen3/schema.h"

#include "models/config_reader.h"
#include "models/decoder_stack.h"
#include "models/schema_builder.h"

namespace decibit::qwen3 {
Result<Schema> schema(const Json& config, const SourceView&) {
  ConfigReader reader(config);
  LanguageModel model;
  model.stack = read_decoder_stack(reader, {.qk_norm = true});
  model.vocabulary = reader.rows("vocab_size");
  if (!reader.has("tie_word_embeddings")) {
    reader.fault("tie_word_embeddings is missing: whether there is an lm_head");
  }
  const bool tied = reader.flag_or("tie_word_embeddings", false);
  if (!tied) model.head_rows = model.vocabulary;
  TRY(reader.status());

  SchemaBuilder b("qwen3");
  add_language_model(b, "", model);
  return std::move(b).finish(
      [tied](std::string_view name) { return map_language_model(name, "", tied); });
}

}  // namespace decibit::qwen3
