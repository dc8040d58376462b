// SPDX-License-Identifier: Apache-2.0
// mlx_audio/tts/models/qwen3_tts/speaker_encoder.py, defaults of Qwen3TTSSpeakerEncoderConfig.
#include "models/qwen3_tts/speaker_encoder.h"

#include <string>

namespace decibit::qwen3_tts {
namespace {

std::vector<std::int64_t> list_or(ConfigReader& config, std::string_view key,
                                  std::vector<std::int64_t> fallback) {
  return config.has(key) ? config.list(key, 1, ConfigReader::kMaxWidth) : std::move(fallback);
}

void add_se_res2net(SchemaBuilder& b, const std::string& path, const SpeakerEncoder& e,
                    std::int64_t in, std::int64_t out, std::int64_t taps) {
  const std::int64_t part = out / e.parts;
  b.conv1d(path + ".tdnn1.conv", out, 1, in);
  for (std::int64_t i = 0; i + 1 < e.parts; ++i) {
    b.conv1d(path + ".res2net_block.blocks." + std::to_string(i) + ".conv", part, taps, part);
  }
  b.conv1d(path + ".tdnn2.conv", out, 1, out);
  b.conv1d(path + ".se_block.conv1", e.squeezed, 1, out);
  b.conv1d(path + ".se_block.conv2", out, 1, e.squeezed);
}

}  // namespace

SpeakerEncoder read_speaker_encoder(ConfigReader config) {
  SpeakerEncoder e;
  e.mels = config.width_or("mel_dim", 128);
  e.out = config.width_or("enc_dim", 1024);
  e.channels = list_or(config, "enc_channels", {512, 512, 512, 512, 1536});
  e.taps = list_or(config, "enc_kernel_sizes", {5, 3, 3, 3, 1});
  e.attention = config.width_or("enc_attention_channels", 128);
  e.parts = config.count_or("enc_res2net_scale", 8);
  e.squeezed = config.width_or("enc_se_channels", 128);
  if (e.channels.size() < 2 || e.channels.size() != e.taps.size()) {
    config.fault(
        "speaker_encoder_config: enc_channels and enc_kernel_sizes must be equally long, "
        "at least 2");
  }
  for (std::size_t i = 1; i + 1 < e.channels.size(); ++i) {
    if (e.channels[i] % e.parts != 0) {
      config.fault("speaker_encoder_config: enc_channels[" + std::to_string(i) +
                   "] is no multiple of enc_res2net_scale");
    }
  }
  return e;
}

void add_speaker_encoder(SchemaBuilder& builder, const SpeakerEncoder& encoder) {
  const std::string path = "speaker_encoder";
  const std::vector<std::int64_t>& channels = encoder.channels;
  builder.component("speaker_encoder");
  builder.conv1d(path + ".blocks.0.conv", channels[0], encoder.taps[0], encoder.mels);
  for (std::size_t i = 1; i + 1 < channels.size(); ++i) {
    add_se_res2net(builder, path + ".blocks." + std::to_string(i), encoder, channels[i - 1],
                   channels[i], encoder.taps[i]);
  }
  const std::int64_t last = channels.back();
  builder.conv1d(path + ".mfa.conv", last, encoder.taps.back(), last);
  // The pooling sees each frame beside the mean and the deviation of all frames.
  builder.conv1d(path + ".asp.tdnn.conv", encoder.attention, 1, 3 * last);
  builder.conv1d(path + ".asp.conv", last, 1, encoder.attention);
  builder.conv1d(path + ".fc", encoder.out, 1, 2 * last);
}

}  // namespace decibit::qwen3_tts
