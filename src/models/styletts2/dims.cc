// SPDX-License-Identifier: Apache-2.0
// The config keys that Kokoro and KittenTTS share.
#include <algorithm>

#include "models/styletts2/modules.h"

namespace decibit::styletts2 {
namespace {

constexpr std::int64_t kMaxSamples = 1 << 16;
constexpr std::int64_t kMaxUpsampleRate = 16;  // phases of one transposed convolution

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

namespace {

/// Absent, or [1, 3, 5] for every block, which is what the forward pass has.
bool dilations_are_usual(const Json* dilations) {
  if (dilations == nullptr) return true;
  static const Json usual = Json::Array{1, 3, 5};
  return dilations->array() != nullptr &&
         std::ranges::all_of(*dilations->array(), [](const Json& d) { return d == usual; });
}

}  // namespace

void check_runnable(const Dims& dims, const DecoderDims& decoder, ConfigReader& config) {
  const auto expect = [&](bool holds, const char* fault) {
    if (!holds) config.fault(fault);
  };
  const GeneratorDims& g = dims.generator;
  expect(dims.text_encoder_taps % 2 == 1, "text_encoder_kernel_size is even");
  expect(dims.hidden == decoder.residual_in, "hidden_dim is not the width that asr_res reads");
  expect(dims.albert.positions >= 3, "plbert.max_position_embeddings leaves no room for a phoneme");
  expect(g.fft_size % 2 == 0 && g.fft_size <= 4096,
         "istftnet.gen_istft_n_fft is odd or larger than 4096");
  expect(g.initial_channels == decoder.out,
         "istftnet.upsample_initial_channel is not the width of the decoder's output");
  expect(
      2 * g.hop <= g.fft_size,
      "istftnet.gen_istft_hop_size is larger than half of gen_istft_n_fft, so windows leave gaps");
  expect(dilations_are_usual(config.object("istftnet").find("resblock_dilation_sizes")),
         "istftnet.resblock_dilation_sizes is not [1, 3, 5] for every block");
  for (const std::int64_t taps : g.resblock_taps)
    expect(taps % 2 == 1, "istftnet.resblock_kernel_sizes has an even size");
  std::int64_t samples = g.hop;  // of half a frame; at most 4096 * 16^6
  for (const std::int64_t rate : g.upsample_rates) samples *= std::min(rate, kMaxUpsampleRate);
  expect(samples <= kMaxSamples,
         "istftnet: upsample_rates and hop make too many samples of a frame");
  for (std::size_t i = 0; i < std::min(g.upsample_rates.size(), g.upsample_taps.size()); ++i) {
    const std::int64_t rate = g.upsample_rates[i], taps = g.upsample_taps[i];
    expect(rate <= kMaxUpsampleRate, "istftnet.upsample_rates has a rate above 16");
    expect(taps >= rate && (taps - rate) % 2 == 0,
           "istftnet.upsample_kernel_sizes: a kernel exceeds its rate by no even number");
  }
}

}  // namespace decibit::styletts2
