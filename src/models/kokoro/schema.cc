// SPDX-License-Identifier: Apache-2.0
// Kokoro: the StyleTTS2 tree with a decoder of fixed width, and the names of its PyTorch
// checkpoints. Source: mlx_audio/tts/models/kokoro/kokoro.py (sanitize), istftnet.py (Decoder).
#include "models/kokoro/schema.h"

#include <array>
#include <utility>

#include "models/styletts2/modules.h"

namespace decibit::kokoro {
namespace {

using Suffix = std::pair<std::string_view, std::string_view>;  // PyTorch's, ours

constexpr std::array<Suffix, 8> kLstm = {{{".weight_ih_l0", ".Wx_forward"},
                                          {".weight_hh_l0", ".Wh_forward"},
                                          {".bias_ih_l0", ".bias_ih_forward"},
                                          {".bias_hh_l0", ".bias_hh_forward"},
                                          {".weight_ih_l0_reverse", ".Wx_backward"},
                                          {".weight_hh_l0_reverse", ".Wh_backward"},
                                          {".bias_ih_l0_reverse", ".bias_ih_backward"},
                                          {".bias_hh_l0_reverse", ".bias_hh_backward"}}};
constexpr std::array<Suffix, 2> kTextEncoderNorm = {{{".gamma", ".weight"}, {".beta", ".bias"}}};

template <std::size_t N>
std::string replace_suffix(std::string_view name, const std::array<Suffix, N>& table) {
  for (const auto& [torch, mlx] : table) {
    if (name.ends_with(torch)) {
      return std::string(name.substr(0, name.size() - torch.size())) + std::string(mlx);
    }
  }
  return std::string(name);
}

Mapped map_name(std::string_view source_name) {
  if (source_name.starts_with("bert.") && source_name.ends_with("position_ids")) {
    return {.name = std::string(source_name), .op = Mapped::Op::kDrop};
  }
  // PyTorch declares AdaIN's instance norm affine for the sake of ONNX export only: ones and zeros.
  if (source_name.ends_with(".norm.weight")) {
    return {.name = std::string(source_name), .op = Mapped::Op::kDrop, .expected_value = 1.0F};
  }
  if (source_name.ends_with(".norm.bias")) {
    return {.name = std::string(source_name), .op = Mapped::Op::kDrop, .expected_value = 0.0F};
  }
  std::string name = replace_suffix(source_name, kLstm);
  if (name.starts_with("text_encoder.")) name = replace_suffix(name, kTextEncoderNorm);
  return {.name = std::move(name)};
}

}  // namespace

Result<Schema> schema(const Json& json, const SourceView& /*source*/) {
  ConfigReader config(json);
  const styletts2::Dims dims = styletts2::read_dims(config);
  TRY(config.status());
  SchemaBuilder b("kokoro");
  styletts2::add_modules(b, dims, kDecoder, styletts2::AlphaName::kDot);
  Schema result = std::move(b).finish(map_name);
  result.loader_expects_torch_when_dense = true;
  return result;
}

bool config_matches(const Json& config) {
  return config.find("istftnet") != nullptr && config.find("plbert") != nullptr &&
         config.find("asr_res_dim") == nullptr;  // KittenTTS's
}

bool tensors_match(const SourceView& source) {
  return source.has("decoder.generator.noise_res.0.alpha1.0") && source.has_prefix("bert_encoder.");
}

}  // namespace decibit::kokoro
