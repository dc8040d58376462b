// SPDX-License-Identifier: Apache-2.0
// A sound file as one channel at one rate, in blocks. Who decodes it is chosen by its content.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/reporter.h"
#include "io/audio_decoder.h"
#include "io/byte_source.h"
#include "io/channel_choice.h"
#include "io/resampler.h"
#include "io/sample_source.h"

namespace decibit {

/// Of sound that is read, in samples a second.
inline constexpr int kLowestRateHz = 1000, kHighestRateHz = 768'000;

/// As it is in the file. kBadInput when it is no sound, with what it is; when its rate is not
/// between 1 and 768 kHz; and where ffmpeg is needed and missing. The reporter must outlive the
/// decoder.
Result<std::unique_ptr<AudioDecoder>> open_audio(const std::shared_ptr<const ByteSource>& file,
                                                 const Reporter& reporter);
/// 16-bit little-endian samples of one channel and nothing else, as `--rate` says of a pipe.
Result<std::unique_ptr<AudioDecoder>> open_pcm16(const std::shared_ptr<const ByteSource>& file,
                                                 int sample_rate_hz);

/// Mixed and resampled. Several channels become their mean (see ChannelChoice for when not; then
/// revise() is true once, and a note says it). Notes also tell of a file that ends early.
class AudioReader : public SampleSource {
 public:
  static Result<std::unique_ptr<AudioReader>> create(std::unique_ptr<AudioDecoder> decoder,
                                                     int sample_rate_hz, std::string name,
                                                     Reporter& reporter);

  /// kBadInput for samples that are not finite, with their place; kInterrupted when asked to stop.
  Result<std::size_t> read(std::span<float> out) override;
  Status rewind() override;
  bool revise() override;
  const std::string& name() const override { return name_; }

 private:
  AudioReader(std::unique_ptr<AudioDecoder> decoder, int sample_rate_hz, std::string name,
              Reporter& reporter);
  Status make_resampler();
  /// Decodes, checks, mixes and resamples a block, or ends.
  Status read_block();
  void tell_loss();

  std::unique_ptr<AudioDecoder> decoder_;
  const int sample_rate_hz_;
  const std::string name_;
  Reporter& reporter_;
  std::optional<ChannelLoudness> loudness_;  // while the first reading lasts
  ChannelChoice choice_;
  std::optional<Resampler> resampler_;  // none: the file's rate is ours
  std::vector<float> frames_, mono_;    // of a block
  std::vector<float> ready_;            // samples at our rate
  std::size_t ready_at_ = 0;            // of these are handed out
  std::uint64_t frames_read_ = 0;
  bool ended_ = false;
  bool told_loss_ = false;
};

}  // namespace decibit
