// SPDX-License-Identifier: Apache-2.0
// mlx_audio/stt/models/parakeet/{conformer,attention}.py.
#include "models/parakeet/conformer.h"

#include <bit>
#include <string>

namespace decibit::parakeet {
namespace {

/// Bands left of `mels` after `halvings` convolutions of 3 taps, stride 2, padding 1.
std::int64_t bands_left(std::int64_t mels, int halvings) {
  for (int i = 0; i < halvings; ++i) mels = (mels - 1) / 2 + 1;
  return mels;
}

void add_pre_encode(SchemaBuilder& b, const Conformer& c) {
  const std::string path = "encoder.pre_encode";
  if (c.halvings == 0) {
    b.linear(path, c.width, c.mels);
    return;
  }
  const std::int64_t channels = c.stride_channels;
  b.conv2d(path + ".conv.0", channels, 3, 3, 1);
  // The activations are modules of the list too: 1, 4, 7, ...
  for (int i = 1; i < c.halvings; ++i) {
    b.conv2d(path + ".conv." + std::to_string(3 * i - 1), channels, 3, 3, 1);  // depthwise
    b.conv2d(path + ".conv." + std::to_string(3 * i), channels, 1, 1, channels);
  }
  b.linear(path + ".out", c.width, channels * bands_left(c.mels, c.halvings));
}

void add_attention(SchemaBuilder& b, const std::string& path, const Conformer& c) {
  // use_bias speaks only of attention with relative positions.
  const Bias bias = c.relative_positions ? c.bias : Bias::kYes;
  b.linear(path + ".linear_q", c.width, c.width, bias);
  b.linear(path + ".linear_k", c.width, c.width, bias);
  b.linear(path + ".linear_v", c.width, c.width, bias).stack.sensitive = true;
  b.linear(path + ".linear_out", c.width, c.width, bias);
  if (!c.relative_positions) return;
  b.linear(path + ".linear_pos", c.width, c.width, Bias::kNo);
  b.parameter(path + ".pos_bias_u", {c.heads, c.width / c.heads});
  b.parameter(path + ".pos_bias_v", {c.heads, c.width / c.heads});
}

void add_feed_forward(SchemaBuilder& b, const std::string& path, const Conformer& c) {
  b.linear(path + ".linear1", c.ffn, c.width, c.bias);
  b.linear(path + ".linear2", c.width, c.ffn, c.bias).stack.sensitive = true;
}

void add_convolution(SchemaBuilder& b, const std::string& path, const Conformer& c) {
  b.conv1d(path + ".pointwise_conv1", 2 * c.width, 1, c.width, c.bias);
  b.conv1d(path + ".depthwise_conv", c.width, c.conv_taps, 1, c.bias);
  b.batch_norm(path + ".batch_norm", c.width);
  b.conv1d(path + ".pointwise_conv2", c.width, 1, c.width, c.bias);
}

}  // namespace

Conformer read_conformer(ConfigReader config) {
  Conformer c;
  c.mels = config.width("feat_in");
  c.layers = config.count("n_layers");
  c.width = config.width("d_model");
  c.heads = config.count("n_heads");
  c.ffn = c.width * config.count("ff_expansion_factor");
  c.conv_taps = config.width("conv_kernel_size");
  const std::int64_t factor = config.integer("subsampling_factor", 1, 256);
  c.halvings = std::countr_zero(static_cast<std::uint64_t>(factor));
  c.stride_channels = config.width("subsampling_conv_channels");
  c.bias = Bias{config.flag_or("use_bias", true)};
  c.relative_positions = config.text_or("self_attention_model", "") == "rel_pos";

  if (c.conv_taps % 2 == 0) config.fault("encoder.conv_kernel_size is even");
  if (c.width % c.heads != 0) config.fault("encoder.d_model is no multiple of encoder.n_heads");
  if (!std::has_single_bit(static_cast<std::uint64_t>(factor))) {
    config.fault("encoder.subsampling_factor is no power of two");
  }
  if (factor > 1 && (config.text_or("subsampling", "") != "dw_striding" ||
                     config.flag_or("causal_downsampling", false))) {
    config.fault("encoder.subsampling: mlx-audio has only dw_striding that is not causal");
  }
  return c;
}

void add_conformer(SchemaBuilder& builder, const Conformer& conformer) {
  builder.component("encoder");
  add_pre_encode(builder, conformer);
  for (std::int64_t i = 0; i < conformer.layers; ++i) {
    builder.layer(i, conformer.layers);
    const std::string layer = "encoder.layers." + std::to_string(i);
    builder.norm(layer + ".norm_feed_forward1", conformer.width);
    add_feed_forward(builder, layer + ".feed_forward1", conformer);
    builder.norm(layer + ".norm_self_att", conformer.width);
    add_attention(builder, layer + ".self_attn", conformer);
    builder.norm(layer + ".norm_conv", conformer.width);
    add_convolution(builder, layer + ".conv", conformer);
    builder.norm(layer + ".norm_feed_forward2", conformer.width);
    add_feed_forward(builder, layer + ".feed_forward2", conformer);
    builder.norm(layer + ".norm_out", conformer.width);
  }
  builder.no_layer();
}

}  // namespace decibit::parakeet
