// SPDX-License-Identifier: Apache-2.0
// Sources: whisper/model.py (ModelDimensions); transformers' WhisperConfig, translated in
// mlx_audio/stt/models/whisper/whisper.py (ModelDimensions).
#include "models/whisper/dims.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <vector>

#include "models/whisper/names.h"

namespace decibit::whisper {
namespace {

bool in_openai_words(const ConfigReader& config) {
  return config.has("n_mels") && !config.has("d_model");
}

std::int64_t text_context(ConfigReader& config, const SourceView& source) {
  const SourceView::Item* table = text_positions(source);
  if (table == nullptr || table->shape.empty()) return config.rows(text_context_key(config));
  return table->shape[0];
}

/// A config may leave the heads out. One that names others than ours means another network.
void check_heads(ConfigReader& config, std::int64_t width, std::int64_t heads,
                 const char* hugging_face_key, const char* openai_key) {
  const char* const key = in_openai_words(config) ? openai_key : hugging_face_key;
  if (width % kHeadSize == 0 && config.count_or(key, heads) == heads) return;
  config.fault(fmt::format("{} and a width of {} do not give heads of {} values, as Whisper has",
                           key, width, kHeadSize));
}

/// One more than the largest N of names that begin with PREFIX.N.
std::int64_t count_blocks(const std::vector<std::string>& names, std::string_view prefix) {
  std::int64_t count = 0;
  for (const std::string& name : names) {
    if (!name.starts_with(prefix)) continue;
    std::int64_t n = -1;
    std::from_chars(name.data() + prefix.size(), name.data() + name.size(), n);
    count = std::max(count, n + 1);
  }
  return count;
}

}  // namespace

Json config_with_dims(const Json& config, const SourceView& source) {
  for (const char* key :
       {"n_mels", "n_audio_state", "n_audio_layer", "n_vocab", "n_text_state", "n_text_layer",
        "num_mel_bins", "d_model", "encoder_layers", "decoder_layers", "vocab_size"})
    if (config.find(key) != nullptr) return {};
  std::vector<std::string> names;
  std::span<const std::int64_t> conv, embedding;
  for (const SourceView::Item& item : source.tensors) {
    names.push_back(map_name(item.name, true).name);
    if (names.back() == "encoder.conv1.weight") conv = item.shape;
    if (names.back() == "decoder.token_embedding.weight") embedding = item.shape;
  }
  const SourceView::Item* const positions = text_positions(source);
  if (conv.size() != 3 || embedding.size() != 2 || positions == nullptr ||
      positions->shape.empty() || !(config.is_object() || config.is_null()))
    return {};
  Json found = config;
  found.set("n_mels", conv[1] == 3 ? conv[2] : conv[1]);  // [out, in, 3], or MLX's [out, 3, in]
  found.set("n_audio_ctx", kAudioContext);
  found.set("n_audio_state", conv[0]);
  found.set("n_audio_head", conv[0] / kHeadSize);
  found.set("n_audio_layer", count_blocks(names, "encoder.blocks."));
  found.set("n_vocab", embedding[0]);
  found.set("n_text_ctx", positions->shape[0]);
  found.set("n_text_state", embedding[1]);
  found.set("n_text_head", embedding[1] / kHeadSize);
  found.set("n_text_layer", count_blocks(names, "decoder.blocks."));
  return found;
}

std::string_view text_context_key(const ConfigReader& config) {
  return in_openai_words(config) ? "n_text_ctx" : "max_target_positions";
}

Dims read_dims(ConfigReader& config, const SourceView& source) {
  Dims d;
  d.text_context = text_context(config, source);
  if (in_openai_words(config)) {
    d.mels = config.width("n_mels");
    d.audio_context = config.rows_or("n_audio_ctx", kAudioContext);
    d.audio_width = config.width("n_audio_state");
    d.audio_layers = config.count("n_audio_layer");
    d.vocabulary = config.rows("n_vocab");
    d.text_width = config.width("n_text_state");
    d.text_layers = config.count("n_text_layer");
  } else {
    d.mels = config.width("num_mel_bins");
    d.audio_context = config.rows_or("max_source_positions", kAudioContext);
    d.audio_width = config.width("d_model");
    d.audio_layers = config.count("encoder_layers");
    d.vocabulary = config.rows("vocab_size");
    d.text_width = d.audio_width;
    d.text_layers = config.count("decoder_layers");
  }
  if (d.text_context < 1 || d.text_context > ConfigReader::kMaxRows)
    config.fault(fmt::format("the position table has {} rows", d.text_context));
  return d;
}

void check_runnable(const Dims& dims, ConfigReader& config) {
  check_heads(config, dims.audio_width, dims.audio_heads(), "encoder_attention_heads",
              "n_audio_head");
  check_heads(config, dims.text_width, dims.text_heads(), "decoder_attention_heads", "n_text_head");
  if (dims.audio_width != dims.text_width)
    config.fault(fmt::format("the encoder has a width of {}, the decoder one of {}",
                             dims.audio_width, dims.text_width));
}

}  // namespace decibit::whisper
