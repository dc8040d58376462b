// SPDX-License-Identifier: Apache-2.0
// The modules that Kokoro and KittenTTS have in common: both are StyleTTS2 with an iSTFTNet
// vocoder, of different widths. Here: their tensors, and how --scope all stores them. Source:
// mlx_audio/tts/models/kokoro/{kokoro,modules,istftnet}.py.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/config_reader.h"
#include "models/schema_builder.h"

namespace decibit::styletts2 {

struct AlbertDims {
  std::int64_t embedding, hidden, intermediate, positions, token_types;
  std::int64_t groups, layers_per_group;  // of distinct weights; the layers that run share them
  std::int64_t layers, heads;
};

struct GeneratorDims {
  std::int64_t initial_channels;
  std::int64_t fft_size;  // gen_istft_n_fft
  std::int64_t hop;       // gen_istft_hop_size
  std::vector<std::int64_t> upsample_rates;
  std::vector<std::int64_t> upsample_taps;  // upsample_kernel_sizes
  std::vector<std::int64_t> resblock_taps;  // resblock_kernel_sizes
};

/// What the two models read from the same config keys.
struct Dims {
  std::int64_t hidden, style, layers, max_duration, tokens, text_encoder_taps;
  AlbertDims albert;
  GeneratorDims generator;
};

/// Widths of the decoder in front of the generator: fixed numbers in Kokoro, config in KittenTTS.
struct DecoderDims {
  std::int64_t wide;         // of the blocks at frame rate
  std::int64_t out;          // of the last block, at twice the frame rate
  std::int64_t residual_in;  // text features that asr_res reads
  std::int64_t residual;     // asr_res
};

/// "alpha1.0" is Kokoro's name of a Snake parameter, "alpha1_0" KittenTTS's.
enum class AlphaName : char { kDot = '.', kUnderscore = '_' };

Dims read_dims(ConfigReader& config);

/// Notes as faults of the config what tensors may have and the forward pass cannot run: even
/// kernels, a transposed convolution narrower than its stride, and the like.
void check_runnable(const Dims& dims, const DecoderDims& decoder, ConfigReader& config);

/// The whole tree, in the order of the reference's modules. Components: bert, predictor,
/// text_encoder, decoder, generator.
void add_modules(SchemaBuilder& b, const Dims& dims, const DecoderDims& decoder, AlphaName alpha);

}  // namespace decibit::styletts2
