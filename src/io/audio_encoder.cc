// SPDX-License-Identifier: Apache-2.0
#include "io/audio_encoder.h"

#include <fmt/format.h>
#include <sndfile.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "io/pcm16.h"
#include "io/resampler.h"
#include "io/wav_header.h"
#include "io/write.h"

namespace decibit {
namespace {

constexpr std::size_t kBlock = 4096;  // samples

int sndfile_format(AudioFormat format) {
  switch (format) {
    case AudioFormat::kWav:  // after a header of ours
    case AudioFormat::kPcm:
      return SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE;
    case AudioFormat::kFlac:
      return SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
    case AudioFormat::kMp3:
      return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
    case AudioFormat::kOgg:
      return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
    case AudioFormat::kOpus:
      return SF_FORMAT_OGG | SF_FORMAT_OPUS;
  }
  return 0;
}

/// What libsndfile writes into. FLAC and MP3 go back to their header when they are closed: where
/// that cannot be done the bytes are dropped, and the header says that the length is not known.
class CodecBytes {
 public:
  explicit CodecBytes(AudioEncoder::Target target) : target_(std::move(target)) {}

  static SF_VIRTUAL_IO callbacks() { return {size, seek, read, write, tell}; }
  const AudioEncoder::Target& target() const { return target_; }
  // libsndfile does not tell of a write that failed while it closed.
  const std::optional<Error>& fault() const { return fault_; }

  Status header(std::span<const std::byte> bytes) {
    TRY(write_all(target_.descriptor, bytes, target_.name));
    begin_ = bytes.size();
    return {};
  }
  std::uint64_t count() const { return static_cast<std::uint64_t>(end_); }

 private:
  static CodecBytes& of(void* user) { return *static_cast<CodecBytes*>(user); }
  static sf_count_t size(void* user) { return of(user).end_; }
  static sf_count_t tell(void* user) { return of(user).position_; }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) {
    CodecBytes& self = of(user);
    const sf_count_t from = whence == SEEK_SET   ? 0
                            : whence == SEEK_CUR ? self.position_
                                                 : self.end_;
    return self.position_ = from + offset;
  }
  static sf_count_t read(void* to, sf_count_t count, void* user) {
    CodecBytes& self = of(user);
    if (!self.target_.seekable) return 0;
    const ssize_t n = ::pread(self.target_.descriptor, to, static_cast<std::size_t>(count),
                              static_cast<off_t>(self.offset()));
    self.position_ += std::max<ssize_t>(n, 0);
    return n;
  }
  static sf_count_t write(const void* from, sf_count_t count, void* user) {
    return of(user).write({static_cast<const std::byte*>(from), static_cast<std::size_t>(count)});
  }

  std::uint64_t offset() const { return begin_ + static_cast<std::uint64_t>(position_); }
  sf_count_t write(std::span<const std::byte> bytes) {
    if (fault_) return 0;
    Status written;
    if (target_.seekable) {
      written = write_all_at(target_.descriptor, offset(), bytes, target_.name);
    } else if (position_ == end_) {
      written = write_all(target_.descriptor, bytes, target_.name);
    }
    if (!written) return fault_ = written.error(), 0;
    position_ += static_cast<sf_count_t>(bytes.size());
    end_ = std::max(end_, position_);
    return static_cast<sf_count_t>(bytes.size());
  }

  AudioEncoder::Target target_;
  std::uint64_t begin_ = 0;  // bytes before those of the codec
  sf_count_t position_ = 0, end_ = 0;
  std::optional<Error> fault_;
};

}  // namespace

Status refuse_terminal(int descriptor, std::string_view name) {
  if (::isatty(descriptor) != 1) return {};
  return fail(ErrorCode::kUsage, fmt::format("{} is a terminal, and sound is no text", name),
              "name a file, or pipe the sound into a player: | ffplay -nodisp -autoexit -");
}

struct AudioEncoder::State {
  State(const AudioEncoding& how, Target target) : encoding(how), bytes(std::move(target)) {}
  ~State() { close(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Status prepare();
  Status begin();
  void prepare_to_stream();
  Status encode(std::span<const float> samples);
  Status encode_block(std::span<const float> samples);
  void close() {
    if (file != nullptr) sf_close(file);
    file = nullptr;
  }
  bool is_lossless() const {
    return encoding.format == AudioFormat::kWav || encoding.format == AudioFormat::kFlac ||
           encoding.format == AudioFormat::kPcm;
  }

  const AudioEncoding encoding;
  CodecBytes bytes;
  std::optional<Resampler> resampler;
  std::vector<float> resampled;
  SNDFILE* file = nullptr;  // from begin() on
  std::uint64_t clipped = 0;
};

Status AudioEncoder::State::prepare() {
  TRY(refuse_terminal(bytes.target().descriptor, bytes.target().name));
  TRY(check_sample_rate(encoding.format, encoding.sample_rate_hz));
  if (encoding.source_rate_hz != encoding.sample_rate_hz)
    resampler.emplace(TRY(Resampler::create(encoding.source_rate_hz, encoding.sample_rate_hz)));
  return {};
}

/// Once: with the header, so that a text without sound leaves no trace in a pipe.
Status AudioEncoder::State::begin() {
  if (file != nullptr) return {};
  if (encoding.format == AudioFormat::kWav)
    TRY(bytes.header(wav_header(encoding.sample_rate_hz, std::nullopt)));
  SF_INFO info = {};
  info.samplerate = encoding.sample_rate_hz;
  info.channels = 1;
  info.format = sndfile_format(encoding.format);
  SF_VIRTUAL_IO io = CodecBytes::callbacks();
  file = sf_open_virtual(&io, SFM_WRITE, &info, &bytes);
  if (bytes.fault()) return Unexpected(*bytes.fault());
  if (file == nullptr)
    return fail(ErrorCode::kUsage,
                fmt::format("cannot write {} at {} Hz: {}", name(encoding.format), info.samplerate,
                            sf_strerror(nullptr)));
  if (!bytes.target().seekable) prepare_to_stream();
  return {};
}

void AudioEncoder::State::prepare_to_stream() {
  if (encoding.format == AudioFormat::kOpus) {
    double page_ms = 100;  // else a second
    sf_command(file, SFC_SET_OGG_PAGE_LATENCY_MS, &page_ms, sizeof page_ms);
  }
  if (encoding.format == AudioFormat::kMp3) {
    // Readers on libmpg123 take the length from the bit rate where the first frame does not tell
    // it, and stop there: a rate that varies would lose them the end. LAME turns it down by 0.5 dB.
    int mode = SF_BITRATE_MODE_CONSTANT;
    sf_command(file, SFC_SET_BITRATE_MODE, &mode, sizeof mode);
    double level = 0.6;  // 64 kbit/s at 24 kHz; the default is 32, which is heard
    sf_command(file, SFC_SET_COMPRESSION_LEVEL, &level, sizeof level);
  }
}

Status AudioEncoder::State::encode_block(std::span<const float> samples) {
  clipped += static_cast<std::uint64_t>(
      std::ranges::count_if(samples, [](float x) { return std::abs(x) > 1; }));
  const auto count = static_cast<sf_count_t>(samples.size());
  sf_count_t written = 0;
  if (is_lossless()) {
    std::array<std::int16_t, kBlock> integers;
    to_pcm16(samples, std::span(integers).first(samples.size()));
    written = sf_write_short(file, integers.data(), count);
  } else {
    std::array<float, kBlock> limited;
    std::ranges::transform(samples, limited.begin(),
                           [](float x) { return std::clamp(x, -1.f, 1.f); });
    written = sf_write_float(file, limited.data(), count);
  }
  if (bytes.fault()) return Unexpected(*bytes.fault());
  if (written == count) return {};
  return fail(ErrorCode::kResources,
              fmt::format("cannot write {}: {}", bytes.target().name, sf_strerror(file)));
}

Status AudioEncoder::State::encode(std::span<const float> samples) {
  while (!samples.empty()) {
    const std::size_t count = std::min(samples.size(), kBlock);
    TRY(encode_block(samples.first(count)));
    samples = samples.subspan(count);
  }
  return {};
}

AudioEncoder::AudioEncoder() = default;
AudioEncoder::AudioEncoder(AudioEncoder&&) noexcept = default;
AudioEncoder::~AudioEncoder() = default;

Result<AudioEncoder> AudioEncoder::create(const AudioEncoding& encoding, Target target) {
  AudioEncoder encoder;
  encoder.state_ = std::make_unique<State>(encoding, std::move(target));
  TRY(encoder.state_->prepare());
  return encoder;
}

Status AudioEncoder::write(std::span<const float> samples) {
  State& s = *state_;
  TRY(s.begin());
  if (!s.resampler) return s.encode(samples);
  while (!samples.empty()) {
    const std::size_t count = std::min(samples.size(), kBlock);
    s.resampled.clear();
    TRY(s.resampler->write(samples.first(count), s.resampled));
    TRY(s.encode(s.resampled));
    samples = samples.subspan(count);
  }
  return {};
}

Status AudioEncoder::finish() {
  State& s = *state_;
  TRY(s.begin());
  if (s.resampler) {
    s.resampled.clear();
    TRY(s.resampler->finish(s.resampled));
    TRY(s.encode(s.resampled));
  }
  s.close();
  if (s.bytes.fault()) return Unexpected(*s.bytes.fault());
  const Target& target = s.bytes.target();
  if (s.encoding.format != AudioFormat::kWav || !target.seekable) return {};
  return write_all_at(target.descriptor, 0, wav_header(s.encoding.sample_rate_hz, s.bytes.count()),
                      target.name);
}

std::uint64_t AudioEncoder::clipped() const { return state_->clipped; }

}  // namespace decibit
