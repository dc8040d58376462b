// SPDX-License-Identifier: Apache-2.0
// The config keys that Kokoro and KittenTTS share.
#include "models/styletts2/modules.h"

namespace decibit::styletts2 {
namespace {

AlbertDims read_albert(ConfigReader config) {
  AlbertDims dims{};
  dims.hidden = config.width("hidden_size");
  dims.intermediate = config.width("intermediate_size");
  dims.positions = config.rows("max_position_embeddings");
  dims.heads = config.count("num_attention_heads");
  if (config.ok() && dims.hidden % dims.heads != 0) {
    config.fault("plbert.hidden_size is no multiple of plbert.num_attention_heads");
  }
  // Defaults of the reference's AlbertModelArgs; no published config sets these.
  dims.embedding = config.width_or("embedding_size", 128);
  dims.token_types = config.rows_or("type_vocab_size", 2);
  dims.groups = config.count_or("num_hidden_groups", 1, 64);
  dims.layers_per_group = config.count_or("inner_group_num", 1, 64);
  dims.layers = config.count_or("num_hidden_layers", 12);
  if (config.ok() && dims.layers % dims.groups != 0) {
    config.fault("plbert.num_hidden_layers is no multiple of plbert.num_hidden_groups");
  }
  return dims;
}

GeneratorDims read_generator(ConfigReader config) {
  // At most 6 stages of at most 64: the strides below multiply to less than 2^36.
  constexpr std::size_t kMaxStages = 6;
  constexpr std::int64_t kMaxRate = 64;
  constexpr std::int64_t kMaxTaps = 1024;
  GeneratorDims dims{};
  dims.initial_channels = config.width("upsample_initial_channel");
  dims.fft_size = config.width("gen_istft_n_fft");
  dims.hop = config.width_or("gen_istft_hop_size", 5);
  dims.upsample_rates = config.list("upsample_rates", 1, kMaxRate);
  dims.upsample_taps = config.list("upsample_kernel_sizes", 1, kMaxTaps);
  dims.resblock_taps = config.list("resblock_kernel_sizes", 1, kMaxTaps);
  const std::size_t stages = dims.upsample_rates.size();
  if (stages > kMaxStages) config.fault("istftnet.upsample_rates has more than 6 stages");
  if (!config.ok()) return dims;
  if (stages != dims.upsample_taps.size()) {
    config.fault("istftnet.upsample_rates and istftnet.upsample_kernel_sizes differ in length");
  }
  if (dims.initial_channels >> stages == 0) {
    config.fault("istftnet.upsample_initial_channel is too small to be halved at each stage");
  }
  return dims;
}

}  // namespace

Dims read_dims(ConfigReader& config) {
  Dims dims{};
  dims.hidden = config.width("hidden_dim");
  dims.style = config.width("style_dim");
  dims.layers = config.count("n_layer");
  dims.max_duration = config.width("max_dur");
  dims.tokens = config.rows("n_token");
  dims.text_encoder_taps = config.integer("text_encoder_kernel_size", 1, 1024);
  if (config.ok() && dims.hidden % 2 != 0) config.fault("hidden_dim is odd");
  dims.albert = read_albert(config.object("plbert"));
  dims.generator = read_generator(config.object("istftnet"));
  return dims;
}

}  // namespace decibit::styletts2
