// SPDX-License-Identifier: Apache-2.0
// Names of convert_voxtral_realtime_weights_to_hf.py in huggingface/transformers.
#include "transformers_layout.h"

#include <regex>
#include <stdexcept>
#include <utility>

namespace decibit::testing {
namespace {

std::int64_t number(const Json& config, std::string_view object, std::string_view key) {
  return *config.find(object)->find(key)->integer();
}

std::string renamed(const std::string& name) {
  static const std::string kModule = R"(^mm_streams_embeddings\.embedding_module\.)";
  static const std::string kEncoder = kModule + R"(whisper_encoder\.)";
  static const std::string kEncoderLayer = kEncoder + R"(transformer\.layers\.(\d+)\.)";
  static const std::string kDecoderLayer = R"(^layers\.(\d+)\.)";
  static const std::string kTower = "audio_tower.layers.$1.";
  static const std::string kText = "language_model.model.layers.$1.";
  static const std::vector<std::pair<std::string, std::string>> kTable = {
      {R"(^norm\.)", "language_model.model.norm."},
      {kModule + R"(tok_embeddings\.)", "language_model.model.embed_tokens."},
      {kModule + R"(audio_language_projection\.0\.)", "multi_modal_projector.linear_1."},
      {kModule + R"(audio_language_projection\.2\.)", "multi_modal_projector.linear_2."},
      {kEncoder + R"(conv_layers\.0\.conv\.)", "audio_tower.embedder.conv1."},
      {kEncoder + R"(conv_layers\.1\.conv\.)", "audio_tower.embedder.conv2."},
      {kEncoder + R"(transformer\.norm\.)", "audio_tower.norm."},
      {kEncoderLayer + R"(attention\.w([qkvo])\.)", kTower + "self_attn.$2_proj."},
      {kEncoderLayer + R"(attention_norm\.)", kTower + "self_attn_layer_norm."},
      {kEncoderLayer + R"(ffn_norm\.)", kTower + "final_layer_norm."},
      {kEncoderLayer + R"(feed_forward\.w1\.)", kTower + "mlp.gate_proj."},
      {kEncoderLayer + R"(feed_forward\.w2\.)", kTower + "mlp.down_proj."},
      {kEncoderLayer + R"(feed_forward\.w3\.)", kTower + "mlp.up_proj."},
      {kDecoderLayer + R"(attention\.w([qkvo])\.)", kText + "self_attn.$2_proj."},
      {kDecoderLayer + R"(attention_norm\.)", kText + "input_layernorm."},
      {kDecoderLayer + R"(ffn_norm\.)", kText + "post_attention_layernorm."},
      {kDecoderLayer + R"(feed_forward\.w1\.)", kText + "mlp.gate_proj."},
      {kDecoderLayer + R"(feed_forward\.w2\.)", kText + "mlp.down_proj."},
      {kDecoderLayer + R"(feed_forward\.w3\.)", kText + "mlp.up_proj."},
      {kDecoderLayer + R"(ada_rms_norm_t_cond\.0\.)", kText + "ada_rms_norm.linear1."},
      {kDecoderLayer + R"(ada_rms_norm_t_cond\.2\.)", kText + "ada_rms_norm.linear2."}};
  for (const auto& [pattern, replacement] : kTable) {
    const std::regex regex(pattern);
    if (std::regex_search(name, regex)) return std::regex_replace(name, regex, replacement);
  }
  throw std::runtime_error(name + " is no tensor of the Mistral layout");
}

}  // namespace

TransformersTensor to_transformers(const std::string& mistral_name, const Json& config) {
  TransformersTensor tensor{renamed(mistral_name)};
  const bool queries = tensor.name.find("q_proj") != std::string::npos;
  const bool keys = tensor.name.find("k_proj") != std::string::npos;
  if (!queries && !keys) return tensor;
  const bool audio = tensor.name.rfind("audio_tower.", 0) == 0;
  tensor.heads = static_cast<int>(number(config, audio ? "encoder_args" : "decoder",
                                         keys && !audio ? "n_kv_heads" : "n_heads"));
  return tensor;
}

std::vector<std::int64_t> transformers_row_order(std::int64_t rows, int heads) {
  const std::int64_t pairs = rows / heads / 2;
  std::vector<std::int64_t> order;
  for (int head = 0; head < heads; ++head) {
    for (std::int64_t half = 0; half < 2; ++half) {
      for (std::int64_t pair = 0; pair < pairs; ++pair) {
        order.push_back((head * pairs + pair) * 2 + half);
      }
    }
  }
  return order;
}

Json transformers_config(const Json& config) {
  const auto sizes = [&](std::string_view object) {
    Json result{Json::Object{}};
    result.set("hidden_size", number(config, object, "dim"));
    result.set("intermediate_size", number(config, object, "hidden_dim"));
    result.set("num_hidden_layers", number(config, object, "n_layers"));
    result.set("num_attention_heads", number(config, object, "n_heads"));
    result.set("num_key_value_heads", number(config, object, "n_kv_heads"));
    result.set("head_dim", number(config, object, "head_dim"));
    result.set("sliding_window", number(config, object, "sliding_window"));
    return result;
  };
  Json text = sizes("decoder");
  text.set("vocab_size", number(config, "decoder", "vocab_size"));
  text.set("rope_parameters", Json(Json::Object{{"rope_theta", 1000000.0}}));
  Json result{Json::Object{}};
  result.set("architectures", Json(Json::Array{"VoxtralRealtimeForConditionalGeneration"}));
  result.set("model_type", "voxtral_realtime");
  result.set("audio_config", sizes("encoder_args"));
  result.set("text_config", text);
  result.set("downsample_factor", 4);
  result.set("default_num_delay_tokens", 6);
  return result;
}

}  // namespace decibit::testing
