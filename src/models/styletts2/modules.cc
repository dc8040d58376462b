// SPDX-License-Identifier: Apache-2.0
// The module tree, and beside each module what --scope all does with it. Convolutions with weight
// norm become rows with the norm folded in; LSTM matrices become rows; dense stay the layers whose
// error is heard at once: durations, pitch and noise inputs, and the last convolution, which feeds
// exp().
#include "models/styletts2/modules.h"

#include <cstddef>

namespace decibit::styletts2 {
namespace {

constexpr RowsPlan kDense{};
constexpr RowsPlan kRows{.kind = RowsPlan::Kind::kConv};
constexpr RowsPlan kTransposedRows{.kind = RowsPlan::Kind::kConvTransposed};
/// The last two input channels are F0 and N: 514 and 1090 are no multiple of a group, 512 and 1088
/// are.
constexpr RowsPlan kRowsButPitch{.kind = RowsPlan::Kind::kConv, .dense_tail = 2};

/// ConvWeighted: weight_g [channels, 1, 1], weight_v [channels, taps, last], where `channels` are
/// the output channels, or the input channels of a transposed convolution. `bias` 0: none.
void weight_normed(SchemaBuilder& b, const std::string& path, std::int64_t channels,
                   std::int64_t taps, std::int64_t last, std::int64_t bias, RowsPlan plan) {
  TensorSpec& g = b.parameter(path + ".weight_g", {channels, 1, 1});
  if (plan.kind != RowsPlan::Kind::kNone) g.rows.kind = RowsPlan::Kind::kFoldedAway;
  b.parameter(path + ".weight_v", {channels, taps, last}, Layout::kConv1d).rows = plan;
  if (bias > 0) b.parameter(path + ".bias", {bias});
}

void conv(SchemaBuilder& b, const std::string& path, std::int64_t out, std::int64_t taps,
          std::int64_t in, RowsPlan plan = kRows) {
  weight_normed(b, path, out, taps, in, out, plan);
}

/// Bidirectional, `hidden` per direction; gates in the order i, f, g, o.
void lstm(SchemaBuilder& b, const std::string& path, std::int64_t input, std::int64_t hidden) {
  for (const char* direction : {"forward", "backward"}) {
    const std::string suffix = std::string("_") + direction;
    b.parameter(path + ".Wx" + suffix, {4 * hidden, input}).rows.kind = RowsPlan::Kind::kMatrix;
    b.parameter(path + ".Wh" + suffix, {4 * hidden, hidden}).rows.kind = RowsPlan::Kind::kMatrix;
    b.parameter(path + ".bias_ih" + suffix, {4 * hidden});
    b.parameter(path + ".bias_hh" + suffix, {4 * hidden});
  }
}

/// AdaIN1d and AdaLayerNorm: scale and shift of each channel from the style. Their norm has no
/// parameters of its own.
void adaptive_norm(SchemaBuilder& b, const std::string& path, std::int64_t channels,
                   std::int64_t style) {
  b.linear(path + ".fc", 2 * channels, style);
}

enum class Upsample : bool { kNo, kYes };

/// AdainResBlk1d
void residual_block(SchemaBuilder& b, const std::string& path, std::int64_t in, std::int64_t out,
                    std::int64_t style, Upsample upsample, RowsPlan input_plan = kRows) {
  conv(b, path + ".conv1", out, 3, in, input_plan);
  conv(b, path + ".conv2", out, 3, out);
  adaptive_norm(b, path + ".norm1", in, style);
  adaptive_norm(b, path + ".norm2", out, style);
  if (in != out) weight_normed(b, path + ".conv1x1", out, 1, in, 0, input_plan);
  // Depthwise: one input channel per group, nothing to quantize along.
  if (upsample == Upsample::kYes) conv(b, path + ".pool", in, 3, 1, kDense);
}

/// AdaINResBlock1: three rounds of two convolutions, each behind an AdaIN and a Snake.
void snake_block(SchemaBuilder& b, const std::string& path, std::int64_t channels,
                 std::int64_t taps, std::int64_t style, AlphaName alpha) {
  constexpr int kRounds = 3;
  for (const char* convs : {".convs1.", ".convs2."}) {
    for (int i = 0; i < kRounds; ++i) {
      conv(b, path + convs + std::to_string(i), channels, taps, channels);
    }
  }
  for (const char* norms : {".adain1.", ".adain2."}) {
    for (int i = 0; i < kRounds; ++i) {
      adaptive_norm(b, path + norms + std::to_string(i), channels, style);
    }
  }
  for (const char* alphas : {".alpha1", ".alpha2"}) {
    for (int i = 0; i < kRounds; ++i) {
      b.parameter(path + alphas + static_cast<char>(alpha) + std::to_string(i), {1, channels, 1});
    }
  }
}

void albert(SchemaBuilder& b, const Dims& dims) {
  const AlbertDims& a = dims.albert;
  b.component("bert");
  b.embedding("bert.embeddings.word_embeddings", dims.tokens, a.embedding);
  b.embedding("bert.embeddings.position_embeddings", a.positions, a.embedding);
  b.embedding("bert.embeddings.token_type_embeddings", a.token_types, a.embedding);
  b.norm("bert.embeddings.LayerNorm", a.embedding);
  b.linear("bert.encoder.embedding_hidden_mapping_in", a.hidden, a.embedding);
  for (std::int64_t group = 0; group < a.groups; ++group) {
    for (std::int64_t i = 0; i < a.layers_per_group; ++i) {
      const std::string layer = "bert.encoder.albert_layer_groups." + std::to_string(group) +
                                ".albert_layers." + std::to_string(i);
      b.layer(group * a.layers_per_group + i, a.groups * a.layers_per_group);
      b.linear(layer + ".attention.query", a.hidden, a.hidden);
      b.linear(layer + ".attention.key", a.hidden, a.hidden);
      b.linear(layer + ".attention.value", a.hidden, a.hidden).stack.sensitive = true;
      b.linear(layer + ".attention.dense", a.hidden, a.hidden);
      b.norm(layer + ".attention.LayerNorm", a.hidden);
      b.norm(layer + ".full_layer_layer_norm", a.hidden);
      b.linear(layer + ".ffn", a.intermediate, a.hidden);
      b.linear(layer + ".ffn_output", a.hidden, a.intermediate).stack.sensitive = true;
    }
  }
  b.no_layer();
  // The forward pass never uses the pooler, but the reference's strict loader asks for it.
  b.linear("bert.pooler", a.hidden, a.hidden);
  b.linear("bert_encoder", dims.hidden, a.hidden);
}

/// F0 or N: three blocks from text features to one value per half frame.
void prosody_stack(SchemaBuilder& b, const std::string& path, std::int64_t hidden,
                   std::int64_t style, int min_bits) {
  const std::size_t first = b.tensors().size();
  residual_block(b, path + ".0", hidden, hidden, style, Upsample::kNo);
  residual_block(b, path + ".1", hidden, hidden / 2, style, Upsample::kYes);
  residual_block(b, path + ".2", hidden / 2, hidden / 2, style, Upsample::kNo);
  for (std::size_t i = first; i < b.tensors().size(); ++i) {
    b.tensors()[i].rows.min_bits = min_bits;
  }
}

void predictor(SchemaBuilder& b, const Dims& dims) {
  const std::int64_t styled = dims.hidden + dims.style;  // features with the style appended
  b.component("predictor");
  for (std::int64_t i = 0; i < dims.layers; ++i) {
    const std::string path = "predictor.text_encoder.lstms.";
    lstm(b, path + std::to_string(2 * i), styled, dims.hidden / 2);
    adaptive_norm(b, path + std::to_string(2 * i + 1), dims.hidden, dims.style);
  }
  lstm(b, "predictor.lstm", styled, dims.hidden / 2);
  b.linear("predictor.duration_proj.linear_layer", dims.max_duration, dims.hidden).rows.kind =
      RowsPlan::Kind::kKeepDense;
  lstm(b, "predictor.shared", styled, dims.hidden / 2);
  // A wrong pitch is heard before anything else. Energy (N) is not worth the 1.6 MB.
  prosody_stack(b, "predictor.F0", dims.hidden, dims.style, 8);
  prosody_stack(b, "predictor.N", dims.hidden, dims.style, 0);
  b.conv1d("predictor.F0_proj", 1, 1, dims.hidden / 2);
  b.conv1d("predictor.N_proj", 1, 1, dims.hidden / 2);
}

void text_encoder(SchemaBuilder& b, const Dims& dims) {
  b.component("text_encoder");
  b.embedding("text_encoder.embedding", dims.tokens, dims.hidden);
  for (std::int64_t i = 0; i < dims.layers; ++i) {
    const std::string path = "text_encoder.cnn." + std::to_string(i);
    conv(b, path + ".0", dims.hidden, dims.text_encoder_taps, dims.hidden);
    b.norm(path + ".1", dims.hidden);
  }
  lstm(b, "text_encoder.lstm", dims.hidden, dims.hidden / 2);
}

void decoder_front(SchemaBuilder& b, const Dims& dims, const DecoderDims& d) {
  const std::int64_t joined = d.wide + d.residual + 2;  // features, asr_res, F0, N
  b.component("decoder");
  residual_block(b, "decoder.encode", dims.hidden + 2, d.wide, dims.style, Upsample::kNo,
                 kRowsButPitch);
  for (int i = 0; i < 3; ++i) {
    residual_block(b, "decoder.decode." + std::to_string(i), joined, d.wide, dims.style,
                   Upsample::kNo, kRowsButPitch);
  }
  residual_block(b, "decoder.decode.3", joined, d.out, dims.style, Upsample::kYes, kRowsButPitch);
  conv(b, "decoder.F0_conv", 1, 3, 1, kDense);
  conv(b, "decoder.N_conv", 1, 3, 1, kDense);
  conv(b, "decoder.asr_res.0", d.residual, 1, d.residual_in);
}

void generator(SchemaBuilder& b, const Dims& dims, AlphaName alpha) {
  constexpr std::int64_t kHarmonics = 9;
  const GeneratorDims& g = dims.generator;
  const std::int64_t spectrum = g.fft_size + 2;  // magnitudes and phases
  const std::size_t stages = g.upsample_rates.size();
  const auto channels = [&](std::size_t stage) { return g.initial_channels >> stage; };
  const std::string path = "decoder.generator.";
  b.component("generator");
  b.linear(path + "m_source.l_linear", 1, kHarmonics).rows.kind = RowsPlan::Kind::kKeepDense;
  for (std::size_t i = 0; i < stages; ++i) {
    // Twice the stride from the source's rate down to this stage's; the last stage has that rate.
    std::int64_t taps = 2;
    for (std::size_t j = i + 1; j < stages; ++j) taps *= g.upsample_rates[j];
    if (i + 1 == stages) taps = 1;
    b.conv1d(path + "noise_convs." + std::to_string(i), channels(i + 1), taps, spectrum);
  }
  for (std::size_t i = 0; i < stages; ++i) {
    snake_block(b, path + "noise_res." + std::to_string(i), channels(i + 1),
                i + 1 == stages ? 11 : 7, dims.style, alpha);
  }
  for (std::size_t i = 0; i < stages; ++i) {
    // Transposed: torch keeps [in, out, taps], and mlx-audio turns that into [in, taps, out].
    weight_normed(b, path + "ups." + std::to_string(i), channels(i), g.upsample_taps[i],
                  channels(i + 1), channels(i + 1), kTransposedRows);
  }
  const std::size_t blocks = g.resblock_taps.size();
  for (std::size_t i = 0; i < stages * blocks; ++i) {
    snake_block(b, path + "resblocks." + std::to_string(i), channels(i / blocks + 1),
                g.resblock_taps[i % blocks], dims.style, alpha);
  }
  conv(b, path + "conv_post", spectrum, 7, channels(stages), kDense);
}

}  // namespace

void add_modules(SchemaBuilder& b, const Dims& dims, const DecoderDims& decoder, AlphaName alpha) {
  albert(b, dims);
  predictor(b, dims);
  text_encoder(b, dims);
  decoder_front(b, dims, decoder);
  generator(b, dims, alpha);
}

}  // namespace decibit::styletts2
