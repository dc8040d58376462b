// SPDX-License-Identifier: Apache-2.0
#include "io/audio_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/audio_container.h"
#include "io/ffmpeg_decoder.h"
#include "io/sample_check.h"
#include "io/sndfile_decoder.h"
#include "io/wav_reader.h"

namespace decibit {
namespace {

constexpr std::size_t kBlockSamples = 16384;  // of all channels

using Opened = Result<std::unique_ptr<AudioDecoder>>;

Unexpected not_audio(const ByteSource& file, const AudioContainer& container) {
  if (file.size_bytes() == 0)
    return fail(ErrorCode::kBadInput, fmt::format("{} is empty", file.name()));
  return fail(ErrorCode::kBadInput,
              fmt::format("{} is no sound: it is {}", file.name(), container.name));
}

Opened open_with_library(const std::shared_ptr<const ByteSource>& file) {
  if (!is_wav(*file)) return open_with_sndfile(file);
  const std::optional<RawSound> samples = TRY(find_wav_samples(*file));
  return samples ? open_raw_sound(file, *samples) : open_with_sndfile(file);
}

/// libsndfile where it can, else ffmpeg, which is asked only for what it is likely to know.
Opened open_by_content(const std::shared_ptr<const ByteSource>& file, const Reporter& reporter) {
  const AudioContainer container = identify_audio(*file);
  if (!container.sndfile && container.demuxer.empty()) return not_audio(*file, container);
  if (!container.sndfile) return open_with_ffmpeg(file, container, reporter);
  Opened opened = open_with_library(file);
  if (opened || opened.error().code != ErrorCode::kBadInput) return opened;
  if (container.demuxer.empty()) return not_audio(*file, container);
  Opened second = open_with_ffmpeg(file, container, reporter);
  if (second || second.error().code != ErrorCode::kBadInput) return second;
  opened.error().why = "it is " + container.name;
  opened.error().hint = second.error().hint;
  return opened;
}

Status check_rate(const AudioDecoder& decoder, const std::string& name) {
  const int rate_hz = decoder.sample_rate_hz();
  if (rate_hz >= kLowestRateHz && rate_hz <= kHighestRateHz) return {};
  return fail(ErrorCode::kBadInput,
              fmt::format("{} has {} samples a second; from {} to {} are read", name, rate_hz,
                          kLowestRateHz, kHighestRateHz));
}

}  // namespace

Opened open_audio(const std::shared_ptr<const ByteSource>& file, const Reporter& reporter) {
  auto decoder = TRY(open_by_content(file, reporter));
  TRY(check_rate(*decoder, file->name()));
  return decoder;
}

Opened open_pcm16(const std::shared_ptr<const ByteSource>& file, int sample_rate_hz) {
  const RawSound sound = {.encoding = SampleEncoding::kSigned16,
                          .channels = 1,
                          .sample_rate_hz = sample_rate_hz,
                          .bytes = file->size_bytes()};
  auto decoder = TRY(open_raw_sound(file, sound));
  TRY(check_rate(*decoder, file->name()));
  return decoder;
}

AudioReader::AudioReader(std::unique_ptr<AudioDecoder> decoder, int sample_rate_hz,
                         std::string name, Reporter& reporter)
    : decoder_(std::move(decoder)),
      sample_rate_hz_(sample_rate_hz),
      name_(std::move(name)),
      reporter_(reporter) {
  const auto channels = static_cast<std::size_t>(decoder_->channels());
  if (channels > 1) loudness_.emplace(decoder_->channels());
  mono_.resize(std::max<std::size_t>(kBlockSamples / channels, 1));
  frames_.resize(mono_.size() * channels);
}

Result<std::unique_ptr<AudioReader>> AudioReader::create(std::unique_ptr<AudioDecoder> decoder,
                                                         int sample_rate_hz, std::string name,
                                                         Reporter& reporter) {
  std::unique_ptr<AudioReader> reader(
      new AudioReader(std::move(decoder), sample_rate_hz, std::move(name), reporter));
  TRY(reader->make_resampler());
  return reader;
}

Status AudioReader::make_resampler() {
  if (decoder_->sample_rate_hz() == sample_rate_hz_) return {};
  Resampler resampler = TRY(Resampler::create(decoder_->sample_rate_hz(), sample_rate_hz_));
  resampler_.emplace(std::move(resampler));
  return {};
}

Status AudioReader::read_block() {
  if (reporter_.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");
  ready_.clear();
  ready_at_ = 0;
  const std::size_t count = TRY(decoder_->read(frames_));
  const auto frames =
      std::span(frames_).first(count * static_cast<std::size_t>(decoder_->channels()));
  const auto mono = std::span(mono_).first(count);
  TRY(check_samples(frames, decoder_->channels(), frames_read_, decoder_->sample_rate_hz(), name_));
  frames_read_ += count;
  if (loudness_) loudness_->add(frames);
  mix(frames, choice_, mono);
  if (!resampler_) {
    ready_.assign(mono.begin(), mono.end());
  } else {
    TRY(resampler_->write(mono, ready_));
  }
  if (count == mono_.size()) return {};
  ended_ = true;
  if (resampler_) TRY(resampler_->finish(ready_));
  tell_loss();
  return {};
}

void AudioReader::tell_loss() {
  const std::optional<std::string> loss = told_loss_ ? std::nullopt : decoder_->loss();
  if (!loss) return;
  told_loss_ = true;
  reporter_.warn(fmt::format("{}: {}", name_, *loss));
}

Result<std::size_t> AudioReader::read(std::span<float> out) {
  std::size_t count = 0;
  while (count < out.size()) {
    if (ready_at_ == ready_.size()) {
      if (ended_) break;
      TRY(read_block());
    }
    const std::size_t n = std::min(out.size() - count, ready_.size() - ready_at_);
    std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(ready_at_), n,
                out.begin() + static_cast<std::ptrdiff_t>(count));
    ready_at_ += n;
    count += n;
  }
  return count;
}

Status AudioReader::rewind() {
  ready_.clear();
  ready_at_ = 0;
  frames_read_ = 0;
  ended_ = false;
  if (loudness_) loudness_.emplace(decoder_->channels());
  TRY(decoder_->rewind());
  return make_resampler();
}

bool AudioReader::revise() {
  if (!loudness_) return false;
  choice_ = loudness_->choose();
  loudness_.reset();
  if (!choice_.channel) return false;
  reporter_.note(fmt::format("{}: channel {} of {} is taken alone, {}", name_, *choice_.channel + 1,
                             decoder_->channels(), choice_.reason));
  return true;
}

}  // namespace decibit
