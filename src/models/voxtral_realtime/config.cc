// SPDX-License-Identifier: Apache-2.0
// The fields are those of mlx_audio/stt/models/voxtral_realtime/config.py; what they are called
// elsewhere is in transformers' VoxtralRealtimeConfig and in Mistral's params.json.
#include "models/voxtral_realtime/config.h"

#include <charconv>
#include <string>
#include <string_view>

#include "models/voxtral_realtime/names.h"

namespace decibit::voxtral_realtime {
namespace {

struct Renamed {
  std::string_view from;
  std::string_view to;
};

constexpr Renamed kTransformersText[] = {{"hidden_size", "dim"},
                                         {"num_hidden_layers", "n_layers"},
                                         {"num_attention_heads", "n_heads"},
                                         {"num_key_value_heads", "n_kv_heads"},
                                         {"head_dim", "head_dim"},
                                         {"intermediate_size", "hidden_dim"},
                                         {"vocab_size", "vocab_size"},
                                         {"rms_norm_eps", "norm_eps"},
                                         {"rope_theta", "rope_theta"},
                                         {"sliding_window", "sliding_window"}};

// No grouped queries in the encoder: transformers aliases num_key_value_heads to the heads.
constexpr Renamed kTransformersAudio[] = {{"hidden_size", "dim"},
                                          {"num_hidden_layers", "n_layers"},
                                          {"num_attention_heads", "n_heads"},
                                          {"num_attention_heads", "n_kv_heads"},
                                          {"head_dim", "head_dim"},
                                          {"intermediate_size", "hidden_dim"},
                                          {"rms_norm_eps", "norm_eps"},
                                          {"rope_theta", "rope_theta"},
                                          {"sliding_window", "sliding_window"}};

constexpr Renamed kParamsText[] = {{"dim", "dim"},
                                   {"n_layers", "n_layers"},
                                   {"n_heads", "n_heads"},
                                   {"n_kv_heads", "n_kv_heads"},
                                   {"head_dim", "head_dim"},
                                   {"hidden_dim", "hidden_dim"},
                                   {"vocab_size", "vocab_size"},
                                   {"norm_eps", "norm_eps"},
                                   {"rope_theta", "rope_theta"},
                                   {"sliding_window", "sliding_window"},
                                   {"tied_embeddings", "tied_embeddings"},
                                   {"ada_rms_norm_t_cond", "ada_rms_norm_t_cond"},
                                   {"ada_rms_norm_t_cond_dim", "ada_rms_norm_t_cond_dim"}};

/// params.json may write numbers as strings ("sliding_window": "8192").
Json as_number(const Json& value) {
  const std::string* text = value.string();
  if (text == nullptr) return value;
  std::int64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  return error == std::errc() && stop == end ? Json(number) : value;
}

/// The members of `table` that `source` has. A null is left out, so that the default applies.
template <std::size_t N>
Json renamed(const Json& source, const Renamed (&table)[N]) {
  Json result{Json::Object{}};
  for (const Renamed& row : table) {
    const Json* value = source.find(row.from);
    if (value != nullptr && !value->is_null()) result.set(row.to, as_number(*value));
  }
  return result;
}

/// `object` without its null members.
Json without_nulls(const Json& object) {
  Json result{Json::Object{}};
  if (object.object() == nullptr) return result;
  for (const auto& [key, value] : *object.object()) {
    if (!value.is_null())
      result.set(key, value.is_object() ? without_nulls(value) : as_number(value));
  }
  return result;
}

const Json* member_at(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* at = &json;
  for (const std::string_view key : path) {
    if (at == nullptr) return nullptr;
    at = at->find(key);
  }
  return at;
}

bool is_object(const Json* json) { return json != nullptr && json->is_object(); }

void copy_member(const Json& from, std::string_view key, Json& to) {
  const Json* value = from.find(key);
  if (value != nullptr && !value->is_null()) to.set(key, *value);
}

/// transformers 5 keeps the base of the rotary angles in rope_parameters.
void copy_rope_theta(const Json& from, Json& to) {
  if (const Json* rope = from.find("rope_parameters")) copy_member(*rope, "rope_theta", to);
}

/// Rows of the first layer's ada_down, in whichever layout.
std::optional<std::int64_t> condition_width(const SourceView& source) {
  for (const SourceView::Item& item : source.tensors) {
    if (item.shape.size() == 2 &&
        map_name(item.name, {}).name == "decoder.layers.0.ada_rms_norm_t_cond.ada_down.weight") {
      return item.shape[0];
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Json> config_from_params(const Json& params) {
  const Json* encoder = member_at(params, {"multimodal", "whisper_model_args", "encoder_args"});
  const Json* conditioned = params.find("ada_rms_norm_t_cond");
  const bool realtime =
      conditioned != nullptr && conditioned->boolean() != nullptr && *conditioned->boolean();
  if (!is_object(encoder) || !realtime) return std::nullopt;

  Json encoder_args = without_nulls(*encoder);
  const Json* downsample =
      member_at(params, {"multimodal", "whisper_model_args", "downsample_args"});
  if (downsample != nullptr) copy_member(*downsample, "downsample_factor", encoder_args);
  Json config{Json::Object{}};
  config.set("model_type", "voxtral_realtime");
  config.set("encoder_args", std::move(encoder_args));
  config.set("decoder", renamed(params, kParamsText));
  return config;
}

std::optional<Json> config_from_transformers(const Json& config, const SourceView& source) {
  const Json* text = config.find("text_config");
  const Json* audio = config.find("audio_config");
  if (!is_object(text) && !is_object(audio)) return std::nullopt;

  Json result = config;
  result.erase("text_config");
  result.erase("audio_config");
  Json encoder{Json::Object{}};
  Json decoder{Json::Object{}};
  if (is_object(audio)) {
    encoder = renamed(*audio, kTransformersAudio);
    copy_rope_theta(*audio, encoder);
  }
  copy_member(config, "downsample_factor", encoder);
  if (is_object(text)) {
    decoder = renamed(*text, kTransformersText);
    copy_rope_theta(*text, decoder);
  }
  if (const auto width = condition_width(source)) decoder.set("ada_rms_norm_t_cond_dim", *width);
  // One delay token is 80 ms.
  const Json* delay = config.find("default_num_delay_tokens");
  if (delay != nullptr && delay->integer() != nullptr && *delay->integer() >= 0 &&
      *delay->integer() <= 1000) {
    result.set("transcription_delay_ms", *delay->integer() * 80);
  }
  result.set("encoder_args", std::move(encoder));
  result.set("decoder", std::move(decoder));
  return result;
}

Json mlx_config(const Json& config, const SourceView& source) {
  if (is_object(config.find("encoder_args")) || is_object(config.find("decoder"))) return config;
  if (auto derived = config_from_params(config)) return *std::move(derived);
  if (auto derived = config_from_transformers(config, source)) {
    return *std::move(derived);
  }
  return config;
}

}  // namespace decibit::voxtral_realtime
